"""The person's profile page, a login page, and what django-indieweb brings."""

from django.contrib import admin
from django.contrib.auth import authenticate, login
from django.http import HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.urls import include, path

PROFILE = """<!doctype html><title>Ben</title><link rel="indieauth-metadata" href="/indieweb/auth/metadata/">
<a class="h-card" href="/">Ben</a>"""
LOGIN = """<!doctype html><title>Log in</title><form method="post"><input type="hidden" name="csrfmiddlewaretoken" value="{}">
<input name="username"><input name="password" type="password"><button>Log in</button></form>"""


def log_in(request):
    """A login page. django-indieweb sends people to it with ?next= and the request as it is: each & ends what Django's own
    login page takes for next, and people come back without client_id. This one takes the rest of the query as well."""
    person = authenticate(request, username=request.POST.get("username"), password=request.POST.get("password"))
    if person is None:
        return HttpResponse(LOGIN.format(get_token(request)))
    login(request, person)
    return HttpResponseRedirect(request.META["QUERY_STRING"].partition("next=")[2])


urlpatterns = [
    path("", lambda request: HttpResponse(PROFILE)),
    path("login/", log_in),
    path("indieweb/", include("indieweb.urls")),
    path("admin/", admin.site.urls),
]
