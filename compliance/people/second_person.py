"""What one person proposes and a second decides: the words for where it stands, shared by all that is decided so."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Decision(models.TextChoices):
    OPEN = "", _("waits for a second person")
    ACCEPTED = "accepted", _("accepted")
    REFUSED = "refused", _("refused")
