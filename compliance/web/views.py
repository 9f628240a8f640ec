from django.http import HttpRequest, HttpResponse


def home(request: HttpRequest) -> HttpResponse:
    return HttpResponse("home")


def first_start(request: HttpRequest) -> HttpResponse:
    return HttpResponse("first start")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return HttpResponse("bad request", status=400)


def server_error(request: HttpRequest) -> HttpResponse:
    return HttpResponse("server error", status=500)


forbidden = not_found = bad_request
