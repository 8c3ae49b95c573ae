"""Desks: the configured sources of cases, and who the servicedesk is (KPI.md "Cases from the
servicedesk")."""

from dataclasses import dataclass

from collector.domain.cases import Membership


@dataclass(frozen=True, slots=True)
class Feed:
    """A configured source of cases.

    `vouches` are the indicators for which nothing from it means none, where it covers a period: it
    has the field that they are picked by. A file's columns are known first when it is imported,
    and that may then be attested (collector.domain.registers.Attestation); it vouches for nothing.
    """

    source: str
    vouches: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Desk:
    """Where cases come from, and which groups make up which team, from and to when.

    Where `memberships` name no other team than the servicedesk every other group is outside it;
    else a group that is in no team is unmapped.
    """

    feeds: tuple[Feed, ...] = ()
    memberships: tuple[Membership, ...] = ()

    def __bool__(self) -> bool:
        """Whether there is any source of cases."""
        return bool(self.feeds)


NO_DESK = Desk()
