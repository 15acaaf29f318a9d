"""The contract is not a test file by name, so its assertions are made to explain themselves here."""

import pytest

pytest.register_assert_rewrite("tests.stores.contract")
