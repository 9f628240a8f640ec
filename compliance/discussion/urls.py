from django.urls import path

from compliance.discussion import views

urlpatterns = [path("rows/<uuid:item>/", views.discussion_say, name="discussion_say")]
