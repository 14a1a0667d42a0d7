"""An experiment is a file that states a question; a result is the folder that answers it."""

from paretocode.experiment.editing import edit
from paretocode.experiment.resolve import Experiment, resolve
from paretocode.experiment.run import DEFAULT_OUT, quickstart_path, run_experiment
from paretocode.experiment.spec import ExperimentSpec, read_experiment

__all__ = [
    "DEFAULT_OUT",
    "Experiment",
    "ExperimentSpec",
    "edit",
    "quickstart_path",
    "read_experiment",
    "resolve",
    "run_experiment",
]
