"""Random days in simulated time: modes, queue, silence, absence and SLA at work together (issue 4, "Must hold")."""

from contextlib import closing

import pytest

from tests.laws.day import Day


def lived(seed: int, *, agents: int, customers: int, hours: float) -> Day:
    day = Day(seed, agents=agents, customers=customers, hours=hours)
    day.run(hours * 3600)
    day.run(3 * 3600)  # nobody new comes; what waits is served or has had its time
    return day


@pytest.mark.parametrize("seed", range(3))
def test_a_day_keeps_what_must_hold(seed: int) -> None:
    with closing(lived(seed, agents=12, customers=250, hours=4)) as day:
        assert day.at_the_end() == []


def test_in_the_days_everything_happens_that_may() -> None:
    seen = set()
    for seed in (11, 12):
        with closing(lived(seed, agents=3, customers=400, hours=3)) as day:
            assert day.at_the_end() == []
            seen |= set(day.ledger.counts)
    wanted = {
        "Unavailable", "AskedToWait", "Transferred", "AgentReminded", "SlaApplied", "SlaBreached", "SlaEnded",
        "closed: queue_cut", "closed: queue_full", "closed: pending", "closed: agent_offline", "closed: closed",
    }  # fmt: skip
    assert wanted - seen == set()


def test_the_same_seed_gives_the_same_day() -> None:
    logs = []
    for _ in range(2):
        with closing(lived(7, agents=8, customers=80, hours=1)) as day:
            logs.append(day.ledger.log)
    assert logs[0] == logs[1]
    assert len(logs[0]) > 500


def test_thousands_of_agents_and_chats() -> None:
    with closing(lived(3, agents=1000, customers=1000, hours=0.3)) as day:
        assert day.at_the_end() == []
        assert day.ledger.counts["Assigned"] > 900
