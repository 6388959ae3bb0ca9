"""Tables of what the answer rests on: estimates with their evidence, background figures, choices, changes, and the sources cited."""

from fvmanalys.analysis import Findings
from fvmanalys.evidence.rules import split
from fvmanalys.report.edition import Edition
from fvmanalys.report.exhibits import head
from fvmanalys.report.markup import Html, details, html_table, link, paragraphs

__all__ = [
    "revisions", "revisions_sentence", "table_areas_described",
    "table_estimates", "table_newest", "table_parameters", "table_source_types",
    "table_sources",
]  # fmt: skip


def table_areas_described(edition: Edition) -> Html:
    """What each area is, and what the ends of its scale mean."""
    findings, words = edition.findings, edition.words
    areas, names = findings.inputs.tables["areas"], edition.areas
    texts = ("description", "level_0", "level_100")
    limited = areas["minimum"].notna().any()
    rows = [
        [
            edition.named(row, name=names[row["area_id"]]),
            *(words.of(row, column) or "–" for column in texts),
            *([words.number(row["minimum"])] if limited else []),
        ]
        for row in areas.to_dict("records")
    ]
    columns = "area description level_0 level_100" + (" minimum" if limited else "")
    return html_table(edition("table.areas_described"), head("areas", columns, words), rows, int(limited))


def evidence(edition: Edition, row: dict) -> list[str]:
    """How a row is known: its kind, since when, its sources and its note."""
    words = edition.words
    return [
        edition.kind_mark(row),
        words.day(row["known_from"]),
        edition.tell("sources", row["source_id"]) or "–",
        words.of(row, "note") or "–",
    ]


def table_parameters(edition: Edition) -> Html:
    """The choices of the calculation, and the ranges over which results are shown."""
    findings, words = edition.findings, edition.words
    rows = [
        [words.of(row, "name") or row["parameter_id"], words.quantity(row), *evidence(edition, row)]
        for row in findings.inputs.tables["parameters"].to_dict("records")
    ]
    return html_table(
        edition("table.parameters"), head("parameters", "parameter value kind known_from sources note", words), rows, (1,), "named"
    )


def table_estimates(edition: Edition, tables: tuple[str, ...] = (), kinds: tuple[str, ...] = (), part: str = "") -> Html | None:
    """The estimates of some tables and kinds, or of all; `part` is a part of the ids, such as an area's."""
    findings, words = edition.findings, edition.words
    estimates = findings.inputs.estimates
    chosen = estimates[(estimates["table"].isin(tables) | (not tables)) & (estimates["kind"].isin(kinds) | (not kinds))]
    places = {(row["_file"], row["_row"]): row for table in findings.inputs.tables.values() for row in table.to_dict("records")}
    rows = [
        estimate_row(edition, places[row["_file"], row["_row"]] | {"table": row["table"]})
        for row in chosen.to_dict("records")
        if not part or part in row["id"].split("/")
    ]
    return (
        html_table(
            edition("table.estimates"),
            head("estimates", "name table option value owner kind known_from sources note", words),
            rows,
            (3,),
            "long",
        )
        if rows
        else None
    )


def estimate_row(edition: Edition, row: dict) -> list[str]:
    """An estimate and how it is known."""
    words = edition.words
    owner, table = words.of(row, "owner") or "–", edition(f"table_name.{row['table']}")
    option = edition.tell("option", row.get("option_id", ""))
    return [edition.label(row), table, option, words.quantity(row), owner, *evidence(edition, row)]


def revisions(edition: Edition) -> list[Html]:
    """What was changed after a result was seen, counted and listed; nothing where nothing was."""
    findings, words = edition.findings, edition.words
    told = revisions_sentence(edition)
    rows = [
        [words.day(row["date"]), *(words.of(row, column) or "–" for column in ("what", "from", "to", "why", "effect"))]
        for row in findings.inputs.tables["revisions"].sort_values("date", kind="stable").to_dict("records")
    ]
    table = html_table(edition("revisions.caption"), head("revisions", "date what from to why effect", words), rows, style="long")
    return [paragraphs(told), details(edition("revisions.caption"), table)] if rows else []


def revisions_sentence(edition: Edition) -> list[str]:
    """How many figures were changed after a result was seen, and when last."""
    findings, words = edition.findings, edition.words
    days = findings.inputs.tables["revisions"]["date"]
    key = "revisions.one" if len(days) == 1 else "revisions.many"
    return [edition(key, count=words.number(len(days)), day=words.day(max(days)))] if len(days) else []


def table_newest(edition: Edition, most: int = 12) -> Html:
    """What became known last."""
    findings, words = edition.findings, edition.words
    rows = [
        {**row, "table": table}
        for table, frame in findings.inputs.tables.items()
        for row in (frame.to_dict("records") if "known_from" in frame else [])
        if row["known_from"]
    ]
    newest = sorted(rows, key=lambda row: row["known_from"], reverse=True)[:most]
    shown = [[edition.label(row), edition(f"table_name.{row['table']}"), *evidence(edition, row)] for row in newest]
    return html_table(edition("table.newest"), head("newest", "name table kind known_from sources note", words), shown)


def table_source_types(edition: Edition) -> Html:
    """How many of the cited sources are of each type, and the newest of them."""
    findings, words = edition.findings, edition.words
    groups = findings.inputs.sources.groupby("type", sort=True)
    rows = [[edition(f"source_type.{kind}"), words.number(len(table)), words.day(max(table["published"]))] for kind, table in groups]
    return html_table(edition("table.source_types"), head("source_types", "type count newest", words), rows, (1,))


def table_sources(edition: Edition, tables: tuple[str, ...] = (), part: str = "") -> Html | None:
    """The sources cited by rows in force, of some tables or of all; numbered alike everywhere."""
    findings, words = edition.findings, edition.words
    cited = cited_ids(findings, tables, part)
    rows = [
        [
            Html(f'<span id="source-{number}">{number}</span>'),
            link(words.of(row, "title"), row["url"]),
            words.of(row, "publisher"),
            words.day(row["published"]),
            edition(f"source_type.{row['type']}"),
        ]
        for number, (source, row) in enumerate(findings.inputs.sources.iterrows(), start=1)
        if source in cited
    ]
    return (
        html_table(edition("table.sources"), head("sources", "number title publisher published type", words), rows, style="long")
        if rows
        else None
    )


def cited_ids(findings: Findings, tables: tuple[str, ...], part: str = "") -> set[str]:
    """The ids of sources that rows of these tables cite; `part` is a value that one of a row's ids must have."""
    found: set[str] = set()
    for name, table in findings.inputs.tables.items():
        if "source_id" in table and name != "sources" and (not tables or name in tables):
            rows = table[table.isin([part]).any(axis=1)] if part else table
            found |= {one for text in rows["source_id"] for one in split(text)}
    return found
