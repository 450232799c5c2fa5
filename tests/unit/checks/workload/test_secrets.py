"""What is taken for a secret, and what is not."""

import pytest

from seakeep.checks.workload.secrets import holds_secret, is_secret


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("PASSWORD", "hunter2", True),
        ("DB_PASSWORD", "hunter2", True),
        ("db.password", "hunter2", True),
        ("API_KEY", "abc", True),
        ("TOKEN", "abc", True),
        ("ANYTHING", "-----BEGIN RSA PRIVATE KEY-----", True),
        ("ANYTHING", "ghp_" + "a" * 36, True),
        ("PASSWORD_FILE", "hunter2", False),
        ("SECRET_NAME", "web", False),
        ("TOKENIZER", "fast", False),
        ("PASSWORD", "", False),
        ("PASSWORD", "$(OTHER)", False),
        ("TOKEN", "/run/secrets/token", False),
        ("USE_TOKEN", "true", False),
        ("MAX_TOKEN", "4096", False),
        ("initial-cluster-token", "blue", False),
    ],
)
def test_settings(name: str, value: str, wanted: bool) -> None:
    assert is_secret(name, value) is wanted


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("user: a\npassword: hunter2\n", True),
        ('{"api_key": "abcdef"}', False),
        ('  "api_key": "abcdef"', True),
        ("spring.datasource.password=hunter2", True),
        ("-----BEGIN PRIVATE KEY-----\nabc", True),
        ("password: ${PASSWORD}", False),
        ("password: changeme", False),
        ("password_file: /run/a", False),
        ("# set the password to something: good", False),
        ("", False),
    ],
)
def test_files(content: str, found: bool) -> None:
    said = holds_secret(content)

    assert bool(said) is found
    assert "hunter2" not in said
