"""The uses of tools for programs: what is said of them, editions, notices with their log, written requests."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from audits.bias import queries as bias_queries
from audits.publication import actions, queries, rules, summary
from audits.publication.models import Audience, Channel, DataRequest, Delivery, Notice, Summary, ToolUse
from audits.publication.views_public import public_address
from compliance.evidence.queries import evidence
from compliance.people.models import Membership
from compliance.systems.queries import systems
from compliance.web.api.fields import Own
from compliance.web.api.views import ThingsViewSet, idempotent, matching


class SummarySerializer(serializers.ModelSerializer[Summary]):
    """An edition; its document has the digest `sha256`."""

    class Meta:
        model = Summary
        fields = ("number", "audited_on", "bias_audit", "sha256", "published_at", "document")
        read_only_fields = fields


class UseSerializer(serializers.ModelSerializer[ToolUse]):
    """The use of a tool by one employer, and its clocks."""

    address = serializers.SerializerMethodField(help_text="The public page, where an edition is public.")
    newest_edition = serializers.IntegerField(source="newest", allow_null=True, read_only=True)
    use_until = serializers.SerializerMethodField(help_text="Until when the published audit carries the use.")
    keep_until = serializers.SerializerMethodField(help_text="Until when the summary stays after the latest use.")

    class Meta:
        model = ToolUse
        fields = (
            *("id", "system", *actions.FIELDS, "place", "address", "newest_edition", "use_until", "keep_until"),
            *("taken_down_at", "recorded_at", "revision"),
        )
        read_only_fields = ("id", "system", "place", "taken_down_at", "recorded_at", "revision")
        validators: list[Any] = []  # the action refuses a second one, with its sentence

    def get_address(self, use: ToolUse) -> str:
        return public_address(use) if getattr(use, "newest", None) and use.taken_down_at is None else ""

    def get_use_until(self, use: ToolUse) -> str | None:
        audited_on = getattr(use, "audited_on", None)
        return summary.use_until(audited_on).isoformat() if audited_on else None

    def get_keep_until(self, use: ToolUse) -> str | None:
        return summary.keep_until(use.latest_use_on).isoformat() if use.latest_use_on else None


class NewUseSerializer(UseSerializer):
    """A use to record."""

    system = Own(systems)

    class Meta(UseSerializer.Meta):
        fields = ("system", *actions.FIELDS)  # type: ignore[assignment]
        read_only_fields = ()  # type: ignore[assignment]


class PublishSerializer(serializers.Serializer[Any]):
    """The finished audit that the edition shows; `seen` is the digest of a document that was looked at."""

    bias_audit = Own(bias_queries.bias_audits)
    seen = serializers.CharField(required=False, max_length=64)


class TakeDownSerializer(serializers.Serializer[Any]):
    """Why."""

    reason = serializers.CharField(max_length=5000)


class LoggedDeliverySerializer(serializers.ModelSerializer[Delivery]):
    """A line of the log of a notice."""

    class Meta:
        model = Delivery
        fields = ("given_on", "where", "people", "evidence", "logged_at")
        read_only_fields = fields


class NewDeliverySerializer(serializers.Serializer[Any]):
    """When and where a notice was given."""

    given_on = serializers.DateField()
    where = serializers.CharField(max_length=500)
    people = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=2_000_000_000)
    evidence = Own(evidence, required=False, allow_null=True)


class NoticeSerializer(serializers.ModelSerializer[Notice]):
    """A notice in its words, by when it is to be given, and its log."""

    notice_by = serializers.SerializerMethodField()
    deliveries = LoggedDeliverySerializer(many=True, read_only=True)

    class Meta:
        model = Notice
        fields = (
            *("id", "use", "audience", "channel", "position", "use_on", "notice_by", "document", "sha256"),
            *("deliveries", "made_at"),
        )
        read_only_fields = fields

    def get_notice_by(self, notice: Notice) -> str:
        return rules.notice_by(notice.use_on).isoformat()


class NewNoticeSerializer(serializers.Serializer[Any]):
    """Whom a notice is for, by which way, and when the tool is used first."""

    use = Own(queries.uses)
    audience = serializers.ChoiceField(Audience.choices)
    channel = serializers.ChoiceField(Channel.choices)
    position = serializers.CharField(required=False, allow_blank=True, max_length=200, default="")
    use_on = serializers.DateField()


class DataRequestSerializer(serializers.ModelSerializer[DataRequest]):
    """A written request, by when it is answered, and the answer."""

    due_on = serializers.SerializerMethodField()

    class Meta:
        model = DataRequest
        fields = ("id", "use", "received_on", "due_on", "asked_by", "how", "answer", "withheld", "answered_on")
        read_only_fields = fields

    def get_due_on(self, request: DataRequest) -> str:
        return rules.answer_by(request.received_on).isoformat()


class NewRequestSerializer(serializers.Serializer[Any]):
    """Who asked, and when."""

    use = Own(queries.uses)
    received_on = serializers.DateField()
    asked_by = serializers.CharField(max_length=200)
    how = serializers.CharField(required=False, allow_blank=True, max_length=200, default="")


class AnswerSerializer(serializers.Serializer[Any]):
    """The answer as it was given, or why it is withheld: one of the two."""

    answer = serializers.CharField(required=False, allow_blank=True, max_length=20_000, default="")
    withheld = serializers.CharField(required=False, allow_blank=True, max_length=5000, default="")
    answered_on = serializers.DateField()


class ToolUseViewSet(ThingsViewSet):
    """The uses of tools under NYC Local Law 144."""

    model = ToolUse
    serializer_class = UseSerializer
    filterset_fields = ("system", "employer")

    @classmethod
    def of(cls, by: Membership) -> QuerySet[ToolUse]:
        return queries.listed(by)

    def tag(self, thing: ToolUse) -> str:
        return f"{thing.revision}"

    @extend_schema(request=NewUseSerializer, responses={201: UseSerializer})
    @idempotent
    def create(self, request: Request, **kwargs: Any) -> Response:
        """Record that an employer uses a tool."""
        return self.made(actions.record_use(by=self.by, **self.read(NewUseSerializer)))

    @matching
    def partial_update(self, request: Request, **kwargs: Any) -> Response:
        """Change what is said of a use; editions that were published say what they said."""
        use = self.get_object()
        form = self.get_serializer(use, data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        actions.change_use(by=self.by, use=use, **form.validated_data)
        return self.again()

    @extend_schema(responses=SummarySerializer(many=True), filters=False, parameters=[])
    @action(detail=True, pagination_class=None, filter_backends=[])
    def editions(self, request: Request, **kwargs: Any) -> Response:
        """List the editions of the summary, the newest first."""
        return Response(SummarySerializer(queries.summaries(self.get_object()), many=True).data)

    @extend_schema(request=PublishSerializer, responses={201: SummarySerializer})
    @action(detail=True, methods=["post"])
    @idempotent
    def publish(self, request: Request, **kwargs: Any) -> Response:
        """Publish an edition; refused, a sentence for each, while things that the rule lists are missing."""
        made = actions.publish(by=self.by, use=self.get_object(), **self.read(PublishSerializer))
        return Response(SummarySerializer(made).data, status=201)

    @extend_schema(request=TakeDownSerializer, responses=UseSerializer)
    @action(detail=True, methods=["post"], url_path="take-down")
    def take_down(self, request: Request, **kwargs: Any) -> Response:
        """Take the public page down, six months after the latest use at the earliest."""
        actions.take_down(by=self.by, use=self.get_object(), **self.read(TakeDownSerializer))
        return self.again()


class NoticeViewSet(ThingsViewSet):
    """Notices to candidates and employees."""

    model = Notice
    serializer_class = NoticeSerializer
    filterset_fields = ("use", "audience", "channel")

    @classmethod
    def of(cls, by: Membership) -> QuerySet[Notice]:
        return queries.notices(by)

    @extend_schema(request=NewNoticeSerializer, responses={201: NoticeSerializer})
    @idempotent
    def create(self, request: Request, **kwargs: Any) -> Response:
        """Make a notice from what is said of the use."""
        return self.made(actions.make_notice(by=self.by, **self.read(NewNoticeSerializer)))

    @extend_schema(request=NewDeliverySerializer, responses={201: NoticeSerializer})
    @action(detail=True, methods=["post"])
    @idempotent
    def deliveries(self, request: Request, **kwargs: Any) -> Response:
        """Log that the notice was given."""
        actions.log_delivery(by=self.by, notice=self.get_object(), **self.read(NewDeliverySerializer))
        return self.answer(self.get_object(), status=201)


class DataRequestViewSet(ThingsViewSet):
    """Written requests for information on data."""

    model = DataRequest
    serializer_class = DataRequestSerializer
    filterset_fields = ("use",)

    @classmethod
    def of(cls, by: Membership) -> QuerySet[DataRequest]:
        return queries.data_requests(by)

    @extend_schema(request=NewRequestSerializer, responses={201: DataRequestSerializer})
    @idempotent
    def create(self, request: Request, **kwargs: Any) -> Response:
        """Log a written request."""
        return self.made(actions.receive_request(by=self.by, **self.read(NewRequestSerializer)))

    @extend_schema(request=AnswerSerializer, responses=DataRequestSerializer)
    @action(detail=True, methods=["post"], url_path="answer")
    def note_answer(self, request: Request, **kwargs: Any) -> Response:
        """Note the answer, or why it is withheld."""
        actions.answer_request(by=self.by, request=self.get_object(), **self.read(AnswerSerializer))
        return self.again()
