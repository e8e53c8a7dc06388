from django.contrib import admin
from django.http import HttpResponse
from django.urls import include, path
from oauth2_provider.decorators import protected_resource
from oauth2_provider.urls import metadata_urlpatterns

urlpatterns = [
    path("", include(metadata_urlpatterns)),
    path("o/", include("oauth2_provider.urls", namespace="oauth2_provider")),
    path("admin/", admin.site.urls),
    path("me", protected_resource()(lambda request: HttpResponse(request.resource_owner.username))),
]
