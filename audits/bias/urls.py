"""Addresses of bias audits, under /o/<organisation>/bias-audits/."""

from django.urls import path

from audits.bias import (
    views,
    views_beyond,
    views_exclusions,
    views_map,
    views_plan,
    views_result,
    views_sources,
)

urlpatterns = [
    path("", views.bias_list, name="bias_list"),
    path("new/", views_sources.bias_new, name="bias_new"),
    path("new/table/", views_sources.bias_table, name="bias_table"),
    path("plans/", views_plan.bias_plans, name="bias_plans"),
    path("plans/new/", views_plan.bias_plan_new, name="bias_plan_new"),
    path("plans/<uuid:pk>/", views_plan.bias_plan, name="bias_plan"),
    path("plans/<uuid:pk>/change/", views_plan.bias_plan_change, name="bias_plan_change"),
    path("plans/<uuid:pk>/approve/", views_plan.bias_plan_approve, name="bias_plan_approve"),
    path("plans/<uuid:pk>/lock/", views_plan.bias_plan_lock, name="bias_plan_lock"),
    path("plans/<uuid:pk>/plan.json", views_plan.bias_plan_file, name="bias_plan_file"),
    path("independence/", views_plan.bias_declarations, name="bias_declarations"),
    path("independence/new/", views_plan.bias_declare, name="bias_declare"),
    path("files/<uuid:pk>/", views_sources.bias_intake, name="bias_intake"),
    path("files/<uuid:pk>/progress/", views_sources.bias_intake_progress, name="bias_intake_progress"),
    path("files/<uuid:pk>/cancel/", views_sources.bias_intake_cancel, name="bias_intake_cancel"),
    path("files/<uuid:pk>/sheets/", views_sources.bias_intake_sheets, name="bias_intake_sheets"),
    path("<uuid:pk>/", views.bias_detail, name="bias_detail"),
    path("<uuid:pk>/map/", views_map.bias_map, name="bias_map"),
    path("<uuid:pk>/sources/", views_sources.bias_sources, name="bias_sources"),
    path("<uuid:pk>/sources/add/", views_sources.bias_add, name="bias_add"),
    path("<uuid:pk>/progress/", views.bias_progress, name="bias_progress"),
    path("<uuid:pk>/cancel/", views.bias_cancel, name="bias_cancel"),
    path("<uuid:pk>/result.json", views_result.bias_result, name="bias_result"),
    path("<uuid:pk>/counts.csv", views_result.bias_counts, name="bias_counts"),
    path("<uuid:pk>/again/", views_result.bias_again, name="bias_again"),
    path("<uuid:pk>/left-out/", views_exclusions.bias_leave_out, name="bias_leave_out"),
    path("<uuid:pk>/left-out/compute/", views_exclusions.bias_exclusion_compute, name="bias_exclusion_compute"),
    path(
        "<uuid:pk>/left-out/<uuid:proposal>/decide/",
        views_exclusions.bias_exclusion_decide,
        name="bias_exclusion_decide",
    ),
    path("<uuid:pk>/bins.csv", views_beyond.bias_bins, name="bias_bins"),
    path("<uuid:pk>/drift/", views_beyond.bias_drift, name="bias_drift"),
    path("<uuid:pk>/reference/", views_beyond.bias_reference, name="bias_reference"),
    path("<uuid:pk>/publish/", views_result.bias_publish, name="bias_publish"),
    path("<uuid:pk>/link/<uuid:checklist>/", views_result.bias_link, name="bias_link"),
]
