"""Whose approval counts, and do enough people stand behind a map? A team's rule, and the count under it.

The rule is a file that people write, ``approvers.toml``. Without one a single approval suffices, and everything that is
written says so. Under a rule an author's approval counts as one of several and is never enough alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from paretocode._borders import validated
from paretocode._files import parse_toml
from paretocode.errors import InputError, UsageError
from paretocode.release.approval import Approval
from paretocode.release.signing import check_principal
from paretocode.release.words import is_plain, same_words

__all__ = ["APPROVERS", "ApproversFile", "Person", "Standing", "counts_under", "parse_approvers", "standing"]

APPROVERS = "approvers.toml"
_MAX_BYTES = 2**18
_WAY_OUT = "correct it as docs/release.md shows"
_AUTHOR = "author"

_Name = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f-\x9f]+$")]
_Role = Annotated[str, Field(pattern="^[a-z][a-z0-9_-]{0,39}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Person(_Strict):
    """One who may approve: the name given as ``--by``, the principal of the signature, the roles."""

    name: _Name
    principal: Annotated[str, Field(max_length=128)] = ""
    roles: list[_Role] = Field(default_factory=list)


class ApproversFile(_Strict):
    """Who may approve, how many must, which roles must be among them, and whether unsigned approvals count.

    `team` is the name by which an experiment says whose it is.
    """

    format: Literal["paretocode-approvers-1"]
    team: _Name | None = None
    required: Annotated[int, Field(ge=1, le=100)]
    roles: list[_Role] = Field(default_factory=list)
    count_unsigned: bool = False
    people: Annotated[list[Person], Field(min_length=1, max_length=1000)]

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        """Refuse a rule that nobody could fulfil, and names that two people share."""
        if unplain := [person.name for person in self.people if not is_plain(person.name)]:
            raise ValueError(f"name {unplain[0]!r} is no plain line of text")
        names = [same_words(person.name) for person in self.people]
        principals = [person.principal for person in self.people if person.principal]
        for kind, given in (("name", names), ("principal", [same_words(principal) for principal in principals])):
            if twice := [value for value in given if given.count(value) > 1]:
                raise ValueError(f"{kind} {twice[0]!r} stands twice")
        for principal in principals:
            try:
                check_principal(principal)
            except UsageError as error:
                raise ValueError(error.what) from error
        if self.required > len(self.people):
            raise ValueError(f"required is {self.required}, and {len(self.people)} people may approve")
        if nobody := [role for role in self.roles if all(role not in person.roles for person in self.people)]:
            raise ValueError(f"nobody has role {nobody[0]!r}")
        if not self.count_unsigned and (unnamed := [p.name for p in self.people if not p.principal]):
            raise ValueError(f"{unnamed[0]!r} has no principal, and unsigned approvals do not count")
        return self

    def person(self, name: str) -> Person | None:
        """Return who has this name, in whatever spelling of case, width and spaces."""
        return next((person for person in self.people if same_words(person.name) == same_words(name)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Who stands behind a map, under which rule, and what is missing.

    Parameters
    ----------
    rule
        The rule in one sentence.
    people
        Names that count, in order, each once.
    missing
        What the rule still asks for; empty when it is fulfilled.
    remarks
        What a reader should know although nothing is missing.
    """

    rule: str
    people: tuple[str, ...]
    missing: tuple[str, ...]
    remarks: tuple[str, ...]


def parse_approvers(content: bytes, *, where: str) -> ApproversFile:
    """Parse and check a team's rule.

    Raises
    ------
    InputError
        Too large, not TOML, an unknown key, a rule that nobody could fulfil.
    """
    if len(content) > _MAX_BYTES:
        raise InputError("it is larger than 256 KiB", where=where, way_out=_WAY_OUT)
    try:
        plain = parse_toml(content)
    except ValueError as error:
        raise InputError(f"it is not TOML ({error})", where=where, way_out=_WAY_OUT) from error
    return validated(ApproversFile, plain, where=where, way_out=_WAY_OUT)


def standing(
    rule: ApproversFile | None, approvals: Sequence[Approval], *, keys: Mapping[Approval, str] | None = None
) -> Standing:
    """Count the approvals of one map under a rule, or under none.

    An approval counts when its name is a person's of the rule, signed as that person's principal where unsigned ones do
    not count. Two approvals by one person are one, and so are two under one key (`keys`: approval -> fingerprint of the
    key that signed it): of several people who share a key the first of the rule counts. Whether a signature holds is
    for `signing.check_signer` to say.

    Examples
    --------
    >>> standing(None, []).missing
    ('nobody approved it',)
    """
    if rule is None:
        return _without_rule(approvals)
    counted = {same_words(a.by): a for a in sorted(approvals, key=lambda a: a.date) if counts_under(rule, a)}
    given = [person for person in rule.people if same_words(person.name) in counted]
    people = _one_per_key(given, counted, keys or {})
    held = {role for person in people for role in person.roles}
    missing = []
    if len(people) < rule.required:
        missing.append(f"{len(people)} of {rule.required} approvals required")
    missing += [f"nobody with role {role} approved it" for role in rule.roles if role not in held]
    if people and all(_is_author(person.name, person.principal, person.roles, approvals) for person in people):
        missing.append("only its author approved it")
    elif len(people) == 1 and all(approval.author == "" for approval in approvals):
        missing.append("nobody knows whether its only approver is its author")
    others = sorted({a.by for a in approvals if same_words(a.by) not in counted})
    shared = [person.name for person in given if person not in people]
    return Standing(
        rule=_sentence(rule),
        people=tuple(sorted(person.name for person in people)),
        missing=tuple(missing),
        remarks=(
            *(f"the approval by {name} does not count under the rule" for name in others),
            *(f"the approval by {name} does not count: another's counts under the same key" for name in shared),
        ),
    )


def _one_per_key(
    people: Sequence[Person], counted: Mapping[str, Approval], keys: Mapping[Approval, str]
) -> list[Person]:
    """Return the people without those whose approval was signed by the key of one before them."""
    used: set[str] = set()
    kept = []
    for person in people:
        key = keys.get(counted[same_words(person.name)])
        if key is None or key not in used:
            kept.append(person)
            used |= set() if key is None else {key}
    return kept


def _without_rule(approvals: Sequence[Approval]) -> Standing:
    people = {a.by: a.principal for a in approvals}
    is_alone = bool(people) and all(_is_author(by, principal, [], approvals) for by, principal in people.items())
    return Standing(
        rule=f"one approval suffices (no {APPROVERS})",
        people=tuple(sorted(people)),
        missing=() if people else ("nobody approved it",),
        remarks=("only its author approved it",) if is_alone else (),
    )


def counts_under(rule: ApproversFile, approval: Approval) -> bool:
    """Return whether a rule counts an approval: one of its people, and signed as that person's principal if need be."""
    person = rule.person(approval.by)
    if person is None or approval.principal not in {"", person.principal}:
        return False
    return rule.count_unsigned or (approval.is_signed and approval.principal == person.principal)


def _is_author(name: str, principal: str, roles: list[str], approvals: Sequence[Approval]) -> bool:
    """Return whether a person is an author: by role, or by a name or address that an approval gives as the author's."""
    authors = {same_words(word) for approval in approvals for word in approval.author_words}
    return _AUTHOR in roles or bool({same_words(name), same_words(principal)} - {""} & authors)


def _sentence(rule: ApproversFile) -> str:
    roles = f", roles {', '.join(rule.roles)} among them" if rule.roles else ""
    kind = "signed or not" if rule.count_unsigned else "signed"
    return f"{rule.required} of {len(rule.people)} people must approve, {kind}{roles}, never its author alone"
