"""Tables of what the answer rests on: estimates with their evidence, background figures, choices, changes, and the sources cited."""

from fvmanalys.analysis import Findings
from fvmanalys.evidence.rules import split
from fvmanalys.report.exhibits import head
from fvmanalys.report.labels import label, option_of
from fvmanalys.report.markup import Html, details, html_table, link, paragraphs
from fvmanalys.report.names import area_names, kind_mark, named, option_names, quantity, source_marks
from fvmanalys.report.words import Words

__all__ = [
    "revisions", "revisions_sentence", "table_areas_described",
    "table_estimates", "table_newest", "table_parameters", "table_source_types",
    "table_sources",
]  # fmt: skip


def table_areas_described(findings: Findings, words: Words) -> Html:
    """What each area is, and what the ends of its scale mean."""
    areas, names = findings.inputs.tables["areas"], area_names(findings, words)
    texts = ("description", "level_0", "level_100")
    limited = areas["minimum"].notna().any()
    rows = [
        [
            named(row, words, name=names[row["area_id"]]),
            *(words.of(row, column) or "–" for column in texts),
            *([words.number(row["minimum"])] if limited else []),
        ]
        for row in areas.to_dict("records")
    ]
    columns = "area description level_0 level_100" + (" minimum" if limited else "")
    return html_table(words("table.areas_described"), head("areas", columns, words), rows, int(limited))


def evidence(findings: Findings, row: dict, words: Words) -> list[str]:
    """How a row is known: its kind, since when, its sources and its note."""
    return [
        kind_mark(row, words),
        words.day(row["known_from"]),
        source_marks(findings, row["source_id"]) or "–",
        words.of(row, "note") or "–",
    ]


def table_parameters(findings: Findings, words: Words) -> Html:
    """The choices of the calculation, and the ranges over which results are shown."""
    rows = [
        [words.of(row, "name") or row["parameter_id"], quantity(row, words), *evidence(findings, row, words)]
        for row in findings.inputs.tables["parameters"].to_dict("records")
    ]
    return html_table(
        words("table.parameters"), head("parameters", "parameter value kind known_from sources note", words), rows, (1,), "named"
    )


def table_estimates(
    findings: Findings, words: Words, tables: tuple[str, ...] = (), kinds: tuple[str, ...] = (), part: str = ""
) -> Html | None:
    """The estimates of some tables and kinds, or of all; `part` is a part of the ids, such as an area's."""
    estimates = findings.inputs.estimates
    chosen = estimates[(estimates["table"].isin(tables) | (not tables)) & (estimates["kind"].isin(kinds) | (not kinds))]
    places = {(row["_file"], row["_row"]): row for table in findings.inputs.tables.values() for row in table.to_dict("records")}
    rows = [
        estimate_row(findings, places[row["_file"], row["_row"]] | {"table": row["table"]}, words)
        for row in chosen.to_dict("records")
        if not part or part in row["id"].split("/")
    ]
    return (
        html_table(
            words("table.estimates"),
            head("estimates", "name table option value owner kind known_from sources note", words),
            rows,
            (3,),
            "long",
        )
        if rows
        else None
    )


def estimate_row(findings: Findings, row: dict, words: Words) -> list[str]:
    """An estimate and how it is known."""
    names = option_names(findings, words)
    owner, table = words.of(row, "owner") or "–", words(f"table_name.{row['table']}")
    return [label(findings, row, words), table, option_of(row, names, words), quantity(row, words), owner, *evidence(findings, row, words)]


def revisions(findings: Findings, words: Words) -> list[Html]:
    """What was changed after a result was seen, counted and listed; nothing where nothing was."""
    told = revisions_sentence(findings, words)
    rows = [
        [words.day(row["date"]), *(words.of(row, column) or "–" for column in ("what", "from", "to", "why", "effect"))]
        for row in findings.inputs.tables["revisions"].sort_values("date", kind="stable").to_dict("records")
    ]
    table = html_table(words("revisions.caption"), head("revisions", "date what from to why effect", words), rows, style="long")
    return [paragraphs(told), details(words("revisions.caption"), table)] if rows else []


def revisions_sentence(findings: Findings, words: Words) -> list[str]:
    """How many figures were changed after a result was seen, and when last."""
    days = findings.inputs.tables["revisions"]["date"]
    key = "revisions.one" if len(days) == 1 else "revisions.many"
    return [words(key, count=words.number(len(days)), day=words.day(max(days)))] if len(days) else []


def table_newest(findings: Findings, words: Words, most: int = 12) -> Html:
    """What became known last."""
    rows = [
        {**row, "table": table}
        for table, frame in findings.inputs.tables.items()
        for row in (frame.to_dict("records") if "known_from" in frame else [])
        if row["known_from"]
    ]
    newest = sorted(rows, key=lambda row: row["known_from"], reverse=True)[:most]
    shown = [[label(findings, row, words), words(f"table_name.{row['table']}"), *evidence(findings, row, words)] for row in newest]
    return html_table(words("table.newest"), head("newest", "name table kind known_from sources note", words), shown)


def table_source_types(findings: Findings, words: Words) -> Html:
    """How many of the cited sources are of each type, and the newest of them."""
    groups = findings.inputs.sources.groupby("type", sort=True)
    rows = [[words(f"source_type.{kind}"), words.number(len(table)), words.day(max(table["published"]))] for kind, table in groups]
    return html_table(words("table.source_types"), head("source_types", "type count newest", words), rows, (1,))


def table_sources(findings: Findings, words: Words, tables: tuple[str, ...] = (), part: str = "") -> Html | None:
    """The sources cited by rows in force, of some tables or of all; numbered alike everywhere."""
    cited = cited_ids(findings, tables, part)
    rows = [
        [
            Html(f'<span id="source-{number}">{number}</span>'),
            link(words.of(row, "title"), row["url"]),
            words.of(row, "publisher"),
            words.day(row["published"]),
            words(f"source_type.{row['type']}"),
        ]
        for number, (source, row) in enumerate(findings.inputs.sources.iterrows(), start=1)
        if source in cited
    ]
    return (
        html_table(words("table.sources"), head("sources", "number title publisher published type", words), rows, style="long")
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
