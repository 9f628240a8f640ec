"""Every address. What belongs to an organisation lives under /o/<organisation>/."""

from __future__ import annotations

from django.urls import include, path

from audits.publication.views_public import published_audits_json
from compliance.checklists.views_handing import people_hand_over
from compliance.web import kept, views, views_language, views_time_zone

urlpatterns = [
    path("", views.home, name="home"),
    path("sent-again/", kept.sent_again, name="sent_again"),
    path("welcome/", views.first_start, name="first_start"),
    path("accounts/email/", views.email_address, name="account_email"),
    path("accounts/language/", views_language.language, name="language"),
    path("accounts/time-zone/", views_time_zone.time_zone, name="account_time_zone"),
    path("accounts/", include("allauth.urls")),
    path("verify/", include("audits.dossiers.verify_urls")),
    path("room/", include("audits.rooms.guest_urls")),
    path("published/", include("audits.publication.public_urls")),
    path(".well-known/audits.json", published_audits_json, name="well_known_audits"),
    path("manual/", include("compliance.web.manual_urls")),
    path("api/", include("compliance.web.api.urls")),
    path("calendar/", include("compliance.timeline.feed_urls")),
    path(
        "o/<slug:org>/",
        include(
            [
                path("", include("compliance.web.urls")),
                path("api/v1/", include("compliance.api_urls")),
                path("tokens/", include("compliance.tokens.urls")),
                path("webhooks/", include("compliance.webhooks.urls")),
                path("people/", include("compliance.people.urls")),
                path("systems/", include("compliance.systems.urls")),
                path("", include("compliance.determinations.urls")),
                path("evidence/", include("compliance.evidence.urls")),
                path("uploads/", include("compliance.uploads.urls")),
                path("checklists/", include("compliance.checklists.urls")),
                path("engagements/", include("compliance.engagements.urls")),
                path("findings/", include("compliance.findings.urls")),
                path("requests/", include("compliance.engagements.requests_urls")),
                path("", include("compliance.progress.urls")),
                path("workpapers/", include("compliance.workpapers.urls")),
                path("discussion/", include("compliance.discussion.urls")),
                path("tied/", include("compliance.crosswalks.urls")),
                path("laws/", include("compliance.frameworks.changes_urls")),
                path("frameworks/", include("compliance.frameworks.urls")),
                path("laws/", include("compliance.laws.urls")),
                path("reviews/", include("compliance.reviews.urls")),
                path("people/<uuid:pk>/hand-over/", people_hand_over, name="people_hand_over"),
                path("", include("compliance.search.urls")),
                path("sheets/", include("compliance.sheets.urls")),
                path("guide/", include("compliance.guide.urls")),
                path("reminders/", include("compliance.reminders.urls")),
                path("timeline/", include("compliance.timeline.urls")),
                path("trail/", include("compliance.trail.urls")),
                path("bias-audits/", include("audits.bias.urls")),
                path("published-audits/", include("audits.published.urls")),
                path("dossiers/", include("audits.dossiers.urls")),
                path("rooms/", include("audits.rooms.urls")),
                path("local-law-144/", include("audits.publication.urls")),
            ]
        ),
    ),
]

handler400 = "compliance.web.errors.bad_request"
handler403 = "compliance.web.errors.forbidden"
handler404 = "compliance.web.errors.not_found"
handler500 = "compliance.web.errors.server_error"
