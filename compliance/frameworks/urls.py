from django.urls import path

from compliance.frameworks import views, views_draft, views_import

urlpatterns = [
    path("", views.frameworks_list, name="frameworks_list"),
    path("crosswalk/", views.frameworks_crosswalk, name="frameworks_crosswalk"),
    path("new/", views_draft.frameworks_new, name="frameworks_new"),
    path("import/", views_import.frameworks_import, name="frameworks_import"),
    path("import/keep/", views_import.frameworks_keep, name="frameworks_keep"),
    path("template.<slug:form>", views.frameworks_template, name="frameworks_template"),
    path("<uuid:pk>/", views.frameworks_detail, name="frameworks_detail"),
    path("<uuid:pk>/export/<uuid:version>.<slug:form>", views.frameworks_export, name="frameworks_export"),
    path("<uuid:pk>/begin/", views_draft.frameworks_begin, name="frameworks_begin"),
    path("<uuid:pk>/draft/", views_draft.frameworks_draft, name="frameworks_draft"),
    path("<uuid:pk>/draft/head/", views_draft.frameworks_head, name="frameworks_head"),
    path("<uuid:pk>/draft/publish/", views_draft.frameworks_publish, name="frameworks_publish"),
    path("<uuid:pk>/draft/discard/", views_draft.frameworks_discard, name="frameworks_discard"),
    path("<uuid:pk>/draft/add-section/", views_draft.frameworks_section_add, name="frameworks_section_add"),
    path("<uuid:pk>/draft/sections/<str:id>/", views_draft.frameworks_section, name="frameworks_section"),
    path("<uuid:pk>/draft/add-row/", views_draft.frameworks_row_add, name="frameworks_row_add"),
    path("<uuid:pk>/draft/rows/<str:id>/", views_draft.frameworks_row, name="frameworks_row"),
]
