import pytest

from common.errors import SettingsError
from common.settings import load_settings


def test_flags_over_environment_over_file(tmp_path, monkeypatch):
    (tmp_path / "hansa.toml").write_text(
        'language = "zh"\nshop_name = "file"\n[policy]\nepsilon = 2.0\n'
    )
    monkeypatch.setenv("HANSA_SHOP_NAME", "environment")
    settings = load_settings(tmp_path)
    assert (settings.language, settings.shop_name, settings.policy.epsilon) == (
        "zh",
        "environment",
        2.0,
    )
    assert load_settings(tmp_path, shop_name="flag").shop_name == "flag"


@pytest.mark.parametrize(
    "text", ["languag = 'en'", "[policy]\nepsilon = 0", "[policy]\nhours = 'night'", "language = "]
)
def test_a_wrong_setting_is_named(tmp_path, text):
    (tmp_path / "hansa.toml").write_text(text)
    with pytest.raises(SettingsError) as e:
        load_settings(tmp_path)
    assert "hansa.toml" in e.value.where and e.value.safe
