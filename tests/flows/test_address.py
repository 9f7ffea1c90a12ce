"""The address of a Prefect server: written right, its secrets never printed; and one `caixun serve` a project."""

import base64
import socket

import pytest

from crawlers.errors import ConfigError
from crawlers.lock import FileLocks
from flows.address import answers, api_at, given_api, shown_at, shows, ui_at
from flows.hosting import environment
from tests.conftest import caixun, in_project
from tests.flows.test_bad_input import assert_one_sentence
from tests.loopback import loopback


@pytest.mark.parametrize(
    ("host", "url"),
    [("127.0.0.1", "http://127.0.0.1:4200"), ("::1", "http://[::1]:4200"), ("news.lan", "http://news.lan:4200")],
)
def test_a_host_becomes_an_address(host, url):
    assert api_at(host, 4200) == f"{url}/api"
    assert ui_at(host, 4200) == url


@pytest.mark.parametrize(("host", "loopback"), [("0.0.0.0", "127.0.0.1"), ("::", "[::1]")])
def test_a_server_at_all_addresses_is_reached_on_loopback_here_and_by_the_hosts_name_elsewhere(host, loopback):
    assert api_at(host, 4200) == f"http://{loopback}:4200/api"
    assert ui_at(host, 4200) == f"http://{socket.gethostname()}:4200"


def test_the_ui_asks_the_server_that_it_came_from_and_links_lead_to_that_of_a_given_server(project):
    own = environment(project, "0.0.0.0", 4200, {})
    assert (own["PREFECT_UI_API_URL"], own["PREFECT_UI_URL"]) == ("/api", ui_at("0.0.0.0", 4200))
    assert "PREFECT_UI_URL" not in environment(project, "0.0.0.0", 4200, {"PREFECT_API_URL": "http://news.lan:4200/api"})


def test_a_host_that_has_no_address_is_refused_in_one_sentence(project):
    run = caixun("serve", "--host", "no such host", *in_project(project))
    assert_one_sentence(run, 2, "--host no such host: no address has this name")


def test_user_and_password_move_out_of_the_address():
    environment = {"PREFECT_API_URL": "https://desk:s%40cr%2Fet@news.lan:4200/api"}
    assert given_api(environment) == "https://news.lan:4200/api"
    assert environment == {"PREFECT_API_URL": "https://news.lan:4200/api", "PREFECT_API_AUTH_STRING": "desk:s@cr/et"}
    assert given_api(environment) == "https://news.lan:4200/api"
    assert given_api({}) is given_api({"PREFECT_API_URL": ""}) is None


@pytest.mark.parametrize(
    "url",
    [
        "desk:secret@news.lan/api",
        "http://desk:se/cret@news.lan/api",
        "http://desk:se#cret@news.lan/api",
        "http://desk:se?cret@news.lan/api",
        "http://desk:se[cret@news.lan/api",
        "news.lan:4200",
    ],
)
def test_what_is_no_address_is_refused_without_its_secret(url):
    with pytest.raises(ConfigError, match="PREFECT_API_URL is no address") as refused:
        given_api({"PREFECT_API_URL": url})
    assert "cret" not in str(refused.value)


def test_a_server_behind_a_password_answers_to_it(monkeypatch):
    with loopback() as site:
        site.pages["/api/health"] = 200, b"true"
        environment = {"PREFECT_API_URL": f"http://desk:secret@127.0.0.1:{site.port}/api"}
        assert answers(given_api(environment))
        monkeypatch.setenv("PREFECT_API_AUTH_STRING", environment["PREFECT_API_AUTH_STRING"])
        assert answers(given_api(environment))
        assert [one["Authorization"] for one in site.headers] == [None, f"Basic {base64.b64encode(b'desk:secret').decode()}"]
        assert not answers(f"http://127.0.0.1:{site.port}/other")


def test_a_page_is_linked_to_where_it_is_shown():
    with loopback() as site:
        site.pages["/reports/a.html"] = 200, "财讯".encode()
        url = shown_at(f"http://desk:secret@127.0.0.1:{site.port}/api", "a.html")
        assert url == f"http://127.0.0.1:{site.port}/reports/a.html"
        assert shows(url, "财讯")
        assert not shows(url, "another page of this name")
    assert not shows(url, "财讯")
    assert not shows(shown_at("", "a.html"), "财讯")


@pytest.mark.parametrize("command", [["run", "--date", "2026-11-18"], ["serve"]])
def test_a_server_that_does_not_answer_is_told_without_its_password(command, project):
    run = caixun(*command, *in_project(project), PREFECT_API_URL="http://desk:secret@127.0.0.1:9/api")
    assert_one_sentence(run, 2, "PREFECT_API_URL: no Prefect server answers at http://127.0.0.1:9/api")
    assert "secret" not in run.stdout + run.stderr


def test_a_second_serve_of_a_project_is_refused(project):
    held = FileLocks(project.data / "locks").hold("serve", 0)
    assert_one_sentence(caixun("serve", *in_project(project)), 1, "another `caixun serve` keeps the schedule", "end it first")
    held.release()
