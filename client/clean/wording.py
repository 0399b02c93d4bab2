"""A run, the rules and an attribution in words for shop owners, English or Chinese."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from client.clean.credit import Attribution
from client.clean.nouns import Choice, Rule, Value
from client.clean.report import Example, Report, RuleReport
from client.clean.rules import BY_NAME, RULES
from client.clean.summary import RuleCount
from client.clean.values import bounds

_TABLES_ZH = {"shoppers": "顾客", "events": "事件", "impressions": "展示", "conversions": "转化"}
_NOTHING_DELETED = {
    "en": "No row was deleted: rows that are set aside are not learned from until their rule is off.",
    "zh": "没有删除任何行：被搁置的行不参与学习，关闭规则即可恢复。",
}


def report(done: Report, language: str) -> str:
    """A run, one rule a line, then what it means."""
    zh = language == "zh"
    lines = []
    for r in done.rules:
        of = BY_NAME[r.rule]
        lines.append(f"{of.title.of(language):<18} {_outcome(r, language)}")
        for code, n in r.reasons.items():
            lines.append(f"    {n:,} × {of.reasons[code].of(language)}")
        lines += [f"    {e.sentence}" for e in r.examples if e.sentence and not zh]
    lines += ["", *_in_use(done, language)]
    if done.dry_run:
        lines.append(
            "这是试运行：什么都没有改变。" if zh else "This was a dry run: nothing changed."
        )
    elif not done.changed:
        lines.append("与上次相同，没有变化。" if zh else "Nothing is different from before.")
    else:
        marks = f"{done.changed:,}"
        lines.append(f"{marks} 个标记已更新。" if zh else f"{marks} marks were set or taken back.")
    lines.append(_NOTHING_DELETED["zh" if zh else "en"])
    return "\n".join(lines)


def _outcome(r: RuleReport, language: str) -> str:
    zh = language == "zh"
    if not r.on:
        return "关闭" if zh else "off"
    if r.note:
        return "没有比较：顾客太少" if zh else r.note
    if not r.aside:
        return f"检查了 {r.seen:,} 行，没有问题" if zh else f"{r.seen:,} rows looked at, all sound"
    parts = [
        f"{_table(t.table, language)} {t.aside:,} ({100 * t.aside / t.seen:.2f} %)"
        for t in r.tables
        if t.aside
    ]
    said = "、".join(parts) if zh else ", ".join(parts)
    return f"搁置：{said}" if zh else f"set aside: {said}"


def _in_use(done: Report, language: str) -> list[str]:
    """Rows in use before the first and after the last rule, by table."""
    first: dict[str, int] = {}
    last: dict[str, int] = {}
    for r in done.rules:
        for t in r.tables:
            first.setdefault(t.table, t.seen)
            last[t.table] = min(t.after, last.get(t.table, t.after))
    zh = language == "zh"
    return [
        f"{_table(t, language)}：{n:,} 行中使用 {last[t]:,} 行"
        if zh
        else f"{t}: {last[t]:,} of {n:,} rows in use"
        for t, n in first.items()
        if n
    ]


def rules(counts: Sequence[RuleCount], choices: Mapping[str, Choice], language: str) -> str:
    """Every rule with its switch, settings and what it sets aside now."""
    zh = language == "zh"
    lines = []
    for c in counts:
        of = BY_NAME[c.rule]
        switch = ("开" if c.on else "关") if zh else ("on" if c.on else "off")
        n = f"搁置 {c.n:,} 行" if zh else f"{c.n:,} rows set aside"
        wait = (
            ("（下次清洗后生效）" if zh else " (run 'hansa clean' for it to count)")
            if c.pending
            else ""
        )
        lines.append(f"{c.rule:11} {switch:4} {of.title.of(language)} · {n}{wait}")
        lines.append(f"    {of.words.of(language)}")
        lines += [f"    {line}" for line in _settings(of, choices[c.rule].values, language)]
    return "\n".join(lines)


def _settings(of: Rule, values: Mapping[str, Value], language: str) -> list[str]:
    return [f"{k.name} = {values[k.name]}  ({k.words.of(language)}; {bounds(k)})" for k in of.knobs]


def example(of: Rule, e: Example, language: str) -> str:
    """One row that a rule set aside."""
    who = f"{'顾客' if language == 'zh' else 'shopper'} {e.shopper}…" if e.shopper else ""
    if e.sentence:
        why = e.sentence
    elif e.reason:
        why = of.reasons[e.reason].of(language)
    else:
        why = "规则或数据已改变，请再次清洗" if language == "zh" else "no longer so: clean again"
    return f"{_table(e.table, language):12} {e.key}  {who:18} {why}"


def attribution(done: Attribution, language: str) -> str:
    """What became of the purchases."""
    rows: tuple[tuple[int, str, str], ...] = (
        (done.n_clicks, "credited to the last click", "归因于最后一次点击"),
        (done.n_views, "credited to the last impression", "归因于最后一次展示"),
        (done.n_own, "reported by your own files, left as they are", "已由您的文件报告，保持不变"),
        (done.n_repeat, "repeated: their ad has a conversion already", "重复购买：该广告已有转化"),
        (done.n_none, "without an ad in the window", "窗口内没有广告"),
        (done.n_refunded, "of the credited ones were returned", "笔已归因的购买后来退货"),
    )
    zh = language == "zh"
    lines = [f"{done.n_purchases:,} 次购买" if zh else f"{done.n_purchases:,} purchases"]
    lines += [f"  {n:>9,} {chinese if zh else english}" for n, english, chinese in rows]
    if zh:
        lines.append(f"转化：新增 {done.n_new:,}，改变 {done.n_changed:,}，移除 {done.n_removed:,}")
    else:
        verb = "would be" if done.dry_run else "were"
        lines.append(
            f"conversions: {done.n_new:,} {verb} added, {done.n_changed:,} changed,"
            f" {done.n_removed:,} removed"
        )
    return "\n".join(lines)


def names() -> str:
    """Every rule's name, for help."""
    return ", ".join(r.name for r in RULES)


def _table(name: str, language: str) -> str:
    return _TABLES_ZH[name] if language == "zh" else name
