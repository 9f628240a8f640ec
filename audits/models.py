"""The index of this room's tables."""

from audits.bias.models import BiasAudit, BiasIntake, BiasPlan, IndependenceDeclaration
from audits.dossiers.models import Dossier

__all__ = ["BiasAudit", "BiasIntake", "BiasPlan", "Dossier", "IndependenceDeclaration"]
