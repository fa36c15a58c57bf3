"""Models behind one interface, see `model.Model`: one file a model."""

from __future__ import annotations

from nanoos_plugins.ml.models.cgcnn import Cgcnn
from nanoos_plugins.ml.models.chgnet import FineTuned
from nanoos_plugins.ml.models.dummy import Dummy
from nanoos_plugins.ml.models.edge_gated import EdgeGated
from nanoos_plugins.ml.models.ensemble import Ensemble
from nanoos_plugins.ml.models.gp import GaussianProcess
from nanoos_plugins.ml.models.model import Model
from nanoos_plugins.ml.models.ridge import Ridge
from nanoos_plugins.ml.models.sparse import SparseProcess
from nanoos_plugins.ml.models.student import StudentProcess

#: Models by the name that a checkpoint and a user call them.
MODELS: dict[str, type[Model]] = {
    model.kind: model
    for model in (
        Dummy,
        Ridge,
        GaussianProcess,
        SparseProcess,
        StudentProcess,
        Cgcnn,
        EdgeGated,
        Ensemble,
        FineTuned,
    )
}
