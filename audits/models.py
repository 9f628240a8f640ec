"""The index of this room's tables."""

from audits.bias.models import BiasAudit, BiasIntake, BiasPlan, BiasSource, IndependenceDeclaration
from audits.dossiers.models import Dossier

__all__ = ["BiasAudit", "BiasIntake", "BiasPlan", "BiasSource", "Dossier", "IndependenceDeclaration"]
