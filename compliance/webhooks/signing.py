"""How a telling is signed, as the Standard Webhooks specification says, so that receivers find a library for it."""

from __future__ import annotations

import base64
import hashlib
import hmac

from django.conf import settings

from compliance.webhooks.models import Webhook

MARK = "whsec_"


def secret(webhook: Webhook) -> str:
    """Return the secret that the receiver holds: made from the installation's key, so no table holds it."""
    made = hmac.new(settings.SECRET_KEY.encode(), f"webhook {webhook.pk} {webhook.salt}".encode(), hashlib.sha256)
    return MARK + base64.b64encode(made.digest()).decode()


def headers(webhook: Webhook, message_id: str, moment: int, body: bytes) -> dict[str, str]:
    """Return the three headers: id, moment (seconds since 1970) and signature over both and the body."""
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(moment),
        "webhook-signature": f"v1,{signature(secret(webhook), message_id, moment, body)}",
    }


def signature(of: str, message_id: str, moment: int, body: bytes) -> str:
    """Return the signature: HMAC-SHA256 over `id.moment.body`, in base 64.

    >>> signature("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330,
    ...     b'{"test": 2432232314}')
    'g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
    """
    key = base64.b64decode(of.removeprefix(MARK))
    signed = b".".join([message_id.encode(), str(moment).encode(), body])
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
