"""Every screen of the router's table: it opens, says nothing bad to the console, keeps nobody out, and is pictured."""

import pytest
from playwright.async_api import Browser

from tests.browser.desk import SCREENS, address, at_the_desk
from tests.browser.shop import EMAIL, Shop


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", SCREENS)
async def test_every_screen_opens_and_keeps_nobody_out(shop: Shop, browser: Browser, screen: str, scheme: str) -> None:
    owner = await at_the_desk(browser, shop, EMAIL, color_scheme=scheme)
    await owner.goes(address(screen))
    await owner.visitor.pictured(f"desk-{screen}-{scheme}")
    assert await owner.visitor.barriers() == []
    assert owner.visitor.complaints == []
