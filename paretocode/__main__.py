"""``python -m paretocode VERB`` equals ``paretocode VERB``."""

import sys

from paretocode.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
