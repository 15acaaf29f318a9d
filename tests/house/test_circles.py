"""No module of ours imports itself in a circle, not even for its types alone."""

from graphlib import CycleError, TopologicalSorter

import grimp

PACKAGES = (
    "core", "routing", "api", "admin", "inbox", "connectors", "stores", "gateway", "simulator", "locales", "bench",
)  # fmt: skip


def test_imports_go_one_way() -> None:
    graph = grimp.build_graph(*PACKAGES, exclude_type_checking_imports=False)
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    assert len(imports) > 150
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        raise AssertionError(" → ".join(error.args[1])) from None
