"""Dates that show by a mark that a language wrote them."""

DATE_FORMAT = "⟦j F Y"
DATETIME_FORMAT = "⟦j F Y, H:i"
SHORT_DATE_FORMAT = "⟦Y-m-d"
DECIMAL_SEPARATOR = "⟦"
THOUSAND_SEPARATOR = "⟦"
NUMBER_GROUPING = 3
