"""Tenants are known by name or by group."""

from wrp_signals import RequestView, TenantSpec


def read(tenant, **fields):
    return TenantSpec(**fields).build().read(RequestView("chat", "m", (), tenant=tenant))


def test_without_groups_it_is_the_tenant():
    """As conditions know it anyway."""
    assert read("acme").value == "acme"


def test_groups_gather_tenants_and_the_rest_is_other():
    """By name or beginning, case and all; the rest has a name too."""
    groups = {"partners": ("acme", "partner-*")}
    assert (read("partner-7", groups=groups).value, read("acme", groups=groups).score) == ("partners", 1.0)
    assert (read("Acme", groups=groups).value, read("x", groups=groups).score) == ("other", 0.0)
    assert read("x", groups=groups, otherwise="public").value == "public"
