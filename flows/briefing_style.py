"""How the report's page looks: light and dark, on screens, phones and paper."""

STYLE = """\
:root {
  color-scheme: light dark;
  --text: #1b1f24; --soft: #59636e; --line: #d8dee4; --back: #fff; --card: #f6f8fa; --link: #0b57d0; --mark: #9a3412;
}
@media (prefers-color-scheme: dark) {
  :root { --text: #e6e8eb; --soft: #9aa4af; --line: #363c44; --back: #14171b; --card: #1d2127; --link: #8ab4f8; --mark: #fdba74 }
}
* { box-sizing: border-box }
body {
  margin: 0 auto; padding: 1.25rem; max-width: 64rem; color: var(--text); background: var(--back); overflow-wrap: anywhere;
  font: 1rem/1.65 system-ui, "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif;
}
h1 { margin: 0; font-size: 1.6rem; line-height: 1.3 }
h2 { margin: 2.2rem 0 .6rem; padding-bottom: .2rem; font-size: 1.25rem; border-bottom: 2px solid var(--line) }
h3 { margin: 0; font-size: 1.05rem; line-height: 1.45 }
small { color: var(--soft); font-weight: normal; font-size: .85rem }
a { color: var(--link); text-decoration: none }
a:hover { text-decoration: underline }
a, b, span, li, td, th { unicode-bidi: isolate }
p, ol, ul { margin: .3rem 0 }
nav { display: flex; flex-wrap: wrap; gap: .2rem 1.1rem }
.sums { display: flex; flex-wrap: wrap; gap: .2rem 1.6rem; margin: .6rem 0; padding: 0; list-style: none }
.sums b { font-size: 1.35rem; font-variant-numeric: tabular-nums }
.meta, .more, footer { color: var(--soft); font-size: .85rem }
.meta span + span::before { content: "·"; padding: 0 .4em; color: var(--soft); font-weight: normal }
.meta .mark, time { white-space: nowrap }
.mark { color: var(--mark); font-weight: 600 }
.top { padding: 0; list-style: none; counter-reset: top }
.top > li {
  position: relative; padding: .8rem 0 .8rem 2.4rem; border-bottom: 1px solid var(--line); break-inside: avoid;
  counter-increment: top;
}
.top > li::before { content: counter(top); position: absolute; left: 0; width: 1.7rem; color: var(--soft); text-align: right }
.events { padding-left: 1.2rem }
.tags { display: flex; flex-wrap: wrap; gap: .3rem; padding: 0; list-style: none }
.tags li { padding: 0 .5rem; border: 1px solid var(--line); border-radius: 1rem; font-size: .85rem }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 19rem), 1fr)); gap: .8rem }
.cards section {
  padding: .7rem .9rem; background: var(--card); border: 1px solid var(--line); border-radius: .5rem; break-inside: avoid;
}
.cards ul { padding-left: 1.1rem }
.cards li { margin: .35rem 0; line-height: 1.45 }
.scroll { overflow-x: auto }
table { border-collapse: collapse; font-variant-numeric: tabular-nums }
th, td { padding: .25rem 1.2rem .25rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top }
td.n, th.n { text-align: right }
meter { width: min(40vw, 16rem); vertical-align: middle }
footer { margin-top: 2rem }
@media print {
  :root {
    font-size: 8.5pt; color-scheme: light;
    --text: #000; --soft: #444; --line: #bbb; --back: #fff; --card: #fff; --link: #000; --mark: #000;
  }
  body { max-width: none; padding: 0 }
  nav { display: none }
  h2, h3 { break-after: avoid }
}
"""
