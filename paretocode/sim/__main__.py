"""``python -m paretocode.sim [EXPERIMENT.toml]``: the main job; a door to the command line above."""

import sys

from paretocode.cli.sim_door import main

if __name__ == "__main__":
    sys.exit(main())
