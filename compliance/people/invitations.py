"""How a person who was added comes in: by a link that sets their password once."""

from __future__ import annotations

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from compliance.people.language import speaking_to
from compliance.people.models import Membership, User


def password_link(user: User) -> str:
    """Return the whole address where the person sets a password; it works once, for three days."""
    path = reverse(
        "account_reset_password_from_key",
        kwargs={"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)},
    )
    return f"{settings.BASE_URL}{path}"


def send_invitation(by: Membership, member: Membership) -> bool:
    """Mail the person that they were added; False when no mail leaves this machine.

    Mail goes to the person's own address, so the link may be in it for everybody who has no password yet.
    """
    told = {
        "by": by,
        "member": member,
        "link": "" if member.user.has_usable_password() else password_link(member.user),
        "sign_in": f"{settings.BASE_URL}{reverse('account_login')}",
    }
    with speaking_to(member.user):
        subject = _("You were added to {organisation} in Probanda").format(organisation=by.organisation.name)
        text = render_to_string("people/mail_added.txt", told)
    return send(member.user, subject, text)


def send(user: User, subject: str, text: str) -> bool:
    """Mail a person; False when no mail leaves this machine."""
    try:
        sent = send_mail(" ".join(subject.split()), text, None, [user.email])
    except OSError:  # the mail server's errors are among these
        return False
    # Without a mail server a mail is a file in the private folder, which reaches nobody by itself.
    return bool(sent) and not settings.EMAIL_BACKEND.endswith(".filebased.EmailBackend")
