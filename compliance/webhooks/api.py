"""Webhooks for programs."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from compliance.people.models import Membership
from compliance.web.api.views import ThingsViewSet, idempotent
from compliance.webhooks import actions, queries, signing
from compliance.webhooks.models import Delivery, Webhook


class WebhookSerializer(serializers.ModelSerializer[Webhook]):
    """An address that is told of what happens."""

    verbs = serializers.ListField(child=serializers.CharField(max_length=60), required=False, max_length=100)

    class Meta:
        model = Webhook
        fields: tuple[str, ...] = ("id", "url", "verbs", "made_at", "closed_at")
        read_only_fields = ("id", "made_at", "closed_at")


class MadeWebhookSerializer(WebhookSerializer):
    """A new webhook with its secret, which is told this once."""

    secret = serializers.SerializerMethodField()

    class Meta(WebhookSerializer.Meta):
        fields = (*WebhookSerializer.Meta.fields, "secret")

    def get_secret(self, webhook: Webhook) -> str:
        return signing.secret(webhook)


class DeliverySerializer(serializers.ModelSerializer[Delivery]):
    """One entry of the trail told to one webhook."""

    class Meta:
        model = Delivery
        fields = ("id", "seq", "verb", "state", "attempts", "next_at", "status", "told", "made_at", "ended_at")
        read_only_fields = fields


class WebhookViewSet(ThingsViewSet):
    """The webhooks of the organisation."""

    model = Webhook
    serializer_class = WebhookSerializer
    ability = "manage_webhooks"

    @classmethod
    def of(cls, by: Membership) -> QuerySet[Webhook]:
        return queries.webhooks(by)

    @extend_schema(request=WebhookSerializer, responses={201: MadeWebhookSerializer})
    @idempotent
    def create(self, request: Request, **kwargs: Any) -> Response:
        """Make a webhook; the answer is the only one that tells its secret."""
        webhook = actions.make(by=self.by, **self.read(WebhookSerializer))
        return Response(MadeWebhookSerializer(webhook).data, status=201)

    @extend_schema(request=None, responses=WebhookSerializer)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, **kwargs: Any) -> Response:
        """Tell it nothing more."""
        actions.close(by=self.by, webhook=self.get_object())
        return self.again()

    @extend_schema(responses=DeliverySerializer(many=True))
    @action(detail=True, serializer_class=DeliverySerializer)
    def deliveries(self, request: Request, **kwargs: Any) -> Response:
        """Read what it was told and how it answered, the newest first."""
        found = self.paginate_queryset(queries.deliveries(self.by, self.get_object()))
        return self.get_paginated_response(self.get_serializer(found, many=True).data)
