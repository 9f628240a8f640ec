"""The ground that every endpoint stands on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.db.models import Model, QuerySet
from django.http import Http404, QueryDict
from django.utils.http import parse_etags, quote_etag
from django.utils.translation import gettext as _
from rest_framework import serializers, viewsets
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.people.models import Membership
from compliance.people.queries import membership
from compliance.people.rules import check_can
from compliance.tokens.models import KeptAnswer
from compliance.trail.actions import hold
from compliance.web.api.problems import Conflict, NeedsMatch, Overtaken
from compliance.web.reach import is_open

KEY = "Idempotency-Key"
LONGEST_KEY = 200


class MemberViewSet(viewsets.GenericViewSet[Any]):
    """Endpoints under /o/<org>/api/v1/: a stranger, and a token of another organisation, get 404 for everything, and so
    does a guest for every endpoint that `web/reach.py` does not open to guests.

    A subclass says what it shows in `of(by)`, which is limited to the organisation as everywhere, and leaves what may
    be done to the actions. `ability` is what looking needs.
    """

    ability = "view"
    by: Membership
    model: type[Model] = Membership

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        shown = getattr(request.auth, "member", None)
        by = shown or membership(request.user, kwargs["org"])  # type: ignore[arg-type]  # checked: authenticated
        match = request._request.resolver_match
        if by is None or by.organisation.slug != kwargs["org"] or not is_open(by, match.url_name if match else None):
            raise Http404
        self.by = by
        request._request.member = by  # type: ignore[attr-defined]  # for the trail and for templates
        check_can(by, self.ability)

    @classmethod
    def of(cls, by: Membership) -> QuerySet[Any]:
        """Return what `by` may see."""
        raise NotImplementedError

    def get_queryset(self) -> QuerySet[Any]:
        if getattr(self, "swagger_fake_view", False):  # the description is made without a member
            return self.model._default_manager.none()
        return self.of(self.by)

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "by": getattr(self, "by", None)}

    def read(self, serializer: type[serializers.Serializer[Any]]) -> dict[str, Any]:
        """Return what was sent, as the serializer understands it; what it does not is told field by field."""
        form = serializer(data=self.request.data, context=self.get_serializer_context())
        form.is_valid(raise_exception=True)
        return dict(form.validated_data)

    def made(self, thing: Model) -> Response:
        """Answer with a thing that was just made, and where it is found again."""
        place = self.request.build_absolute_uri(f"{self.request.path}{thing.pk}/")
        return self.answer(self.get_queryset().get(pk=thing.pk), status=201, headers={"Location": place})

    def again(self) -> Response:
        """Answer with the thing of the address, as it is after the change."""
        return self.answer(self.get_object())

    def answer(self, thing: Model, *, status: int = 200, headers: dict[str, str] | None = None) -> Response:
        """Return one thing as JSON, with its ETag where it has one."""
        headers = dict(headers or {})
        tag = self.tag(thing)
        if tag:
            headers["ETag"] = quote_etag(tag)
        return Response(self.get_serializer(thing).data, status=status, headers=headers)

    def tag(self, thing: Any) -> str:
        """Return what changes whenever the thing does, or an empty text where it never changes."""
        return ""

    def check_match(self, thing: Any) -> None:
        """Refuse a change without `If-Match` (428), or whose `If-Match` names another state (412)."""
        given = parse_etags(self.request.headers.get("If-Match", ""))
        if not given:
            sentence = _("Send the ETag of what you read in the header If-Match, so that nobody's change is lost.")
            raise NeedsMatch(sentence)
        if given != ["*"] and quote_etag(self.tag(thing)) not in given:
            raise Overtaken(_("It was changed since you read it. Read it again, then decide anew."))


class ThingsViewSet(ListModelMixin, MemberViewSet):
    """Things that are listed, and read one by one."""

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        thing = self.get_object()
        asked, tag = request.headers.get("If-None-Match", ""), self.tag(thing)
        if tag and quote_etag(tag) in parse_etags(asked):
            return Response(status=304, headers={"ETag": quote_etag(tag)})
        return self.answer(thing)


Handler = Callable[..., Response]


def idempotent(handler: Handler) -> Handler:
    """Let a request that carries an idempotency key be sent again without doing its work again.

    The answer is kept in the transaction of the work itself: both are kept or neither. Of two that come at once the
    second waits for the first and gets its answer. Without a key the request is just done.
    """

    @wraps(handler)
    def inner(self: MemberViewSet, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get(KEY, "")
        if not key:
            return handler(self, request, *args, **kwargs)
        if len(key) > LONGEST_KEY:
            raise Conflict(_("The idempotency key is longer than {n} characters.").format(n=LONGEST_KEY))
        asked = _digest(request)
        try:
            with transaction.atomic():
                kept = KeptAnswer.objects.create(membership=self.by, key=key, asked_sha256=asked)
                response = handler(self, request, *args, **kwargs)
                kept.status, kept.body = response.status_code, response.data
                kept.location = response.headers.get("Location", "")
                kept.save()
                return response
        except IntegrityError:
            earlier = KeptAnswer.objects.filter(membership=self.by, key=key).first()
            if earlier is None:
                raise
            return _again(earlier, asked)

    inner.idempotent = True  # type: ignore[attr-defined]  # read by the description of the API
    return inner


def matching(handler: Handler) -> Handler:
    """Let an act be done only on the state that `If-Match` names, with no other act between the look and the act."""

    @wraps(handler)
    def inner(self: MemberViewSet, request: Request, *args: Any, **kwargs: Any) -> Response:
        with transaction.atomic():
            hold(self.by.organisation_id)
            self.check_match(self.get_object())
            return handler(self, request, *args, **kwargs)

    inner.matches = True  # type: ignore[attr-defined]  # read by the description of the API
    return inner


def _again(earlier: KeptAnswer, asked: str) -> Response:
    if earlier.asked_sha256 != asked:
        raise Conflict(_("This idempotency key was used for another request."))
    headers = {"Idempotency-Replayed": "true"} | ({"Location": earlier.location} if earlier.location else {})
    return Response(earlier.body, status=earlier.status, headers=headers)


def _digest(request: Request) -> str:
    """Return a digest of what is asked; the boundary of a form's parts is no part of it."""
    asked: dict[str, Any] = {"method": request.method, "path": request.path}
    data = request.data
    fields: dict[str, Any] = dict(data.lists()) if isinstance(data, QueryDict) else {"": data}
    for name, value in fields.items():
        every = value if isinstance(value, list) else [value]
        asked[f"data.{name}"] = [_file(one) if isinstance(one, UploadedFile) else one for one in every]
    return hashlib.sha256(json.dumps(asked, sort_keys=True, default=str).encode()).hexdigest()


def _file(file: UploadedFile[Any]) -> str:
    found = hashlib.sha256()
    for piece in file.chunks():
        found.update(piece)
    file.seek(0)
    return f"{file.name} {found.hexdigest()}"
