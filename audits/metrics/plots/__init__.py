"""Pictures of a bias audit as SVG: the same text on a page, in a dossier and in a file.

Pure functions from counts and readings to a :class:`Picture`: its SVG, and every figure in it as a table. The same
input gives the same bytes. Nothing is told by colour alone, nothing is cut, and no picture holds a threshold of its
own.

>>> picture = ratios("sex", "Sex", [Group("Male", 1390, 667, is_benchmark=True), Group("Female", 1181, 555)])
>>> picture.svg.startswith("<svg"), picture.figures.columns[3]
(True, 'Impact ratio')
"""

from audits.metrics.plots.distributions import Spread, distributions
from audits.metrics.plots.drift import Course, Point, Run, drift
from audits.metrics.plots.groups import Group, rates, ratios, shortfalls
from audits.metrics.plots.heat import HeatCell, heat_map
from audits.metrics.plots.of_result import TablePictures, pictures_of, table_pictures
from audits.metrics.plots.readings import Read, Reading, readings
from compliance.lib.pictures.picture import Figures, Picture
from compliance.lib.pictures.svg import Svg

__all__ = [
    "Course",
    "Figures",
    "Group",
    "HeatCell",
    "Picture",
    "Point",
    "Read",
    "Reading",
    "Run",
    "Spread",
    "Svg",
    "TablePictures",
    "distributions",
    "drift",
    "heat_map",
    "pictures_of",
    "rates",
    "ratios",
    "readings",
    "shortfalls",
    "table_pictures",
]
