"""The stores, held to one contract; its assertions are made to explain themselves."""

import pytest

pytest.register_assert_rewrite("tests.stores.contract")
