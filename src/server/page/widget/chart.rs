//! Charts: an SVG that stretches, with its words as HTML around it, so that they stay readable at any width; and all of it once more as a
//! table for those who do not see it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::Drawing;
use super::css::{self, CHART, Style, Tokens};
use super::curve::{self, Point};
use super::html::classes;
use crate::domain::texts;
use crate::protocol::widget::{Chart, CurveType, Series, SeriesKind, XAxis};

/// The most points along the axis, and the most series.
const POINTS_MAX: usize = 400;
const SERIES_MAX: usize = 16;
/// The most words under the axis.
const LABELS_MAX: usize = 6;
/// The side of the drawing; it is stretched to what room there is.
const SIDE: f64 = 1000.0;
/// How many units a pixel is, on a chart of usual width.
const PIXEL: f64 = SIDE / 480.0;

/// A series with its numbers: from where to where it reaches at each point.
struct Drawn<'a> {
    series: &'a Series,
    name: &'a str,
    values: Vec<Option<f64>>,
    spans: Vec<Option<(f64, f64)>>,
}

/// What the values are measured on.
struct Scale {
    low: f64,
    high: f64,
    ticks: Vec<f64>,
}

impl Scale {
    /// Round steps from the lowest to the highest value; zero is always there.
    fn of(low: f64, high: f64) -> Self {
        let (low, high) = (low.min(0.0), high.max(0.0));
        let span = if high - low > 0.0 { high - low } else { 1.0 };
        let rough = span / 4.0;
        let power = 10_f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 2.5, 5.0, 10.0]
            .into_iter()
            .map(|factor| factor * power)
            .find(|step| *step >= rough);
        let step = step.filter(|step| step.is_normal()).unwrap_or(span);
        let (first, last) = (
            (low / step).floor() as i64,
            (high / step).ceil().max((low / step).floor() + 1.0) as i64,
        );
        let ticks: Vec<f64> = (first..=last).take(12).map(|at| at as f64 * step).collect();
        Self {
            low: first as f64 * step,
            high: last as f64 * step,
            ticks,
        }
    }

    fn y(&self, value: f64) -> f64 {
        let span = self.high - self.low;
        if span > 0.0 {
            ((self.high - value) / span * SIDE).clamp(-SIDE, 2.0 * SIDE)
        } else {
            0.0
        }
    }
}

impl Drawing {
    pub(super) fn chart(&mut self, chart: &Chart) {
        let rows = &chart.data[..chart.data.len().min(POINTS_MAX)];
        let labels = labels(chart, rows);
        let drawn = stacked(&chart.series[..chart.series.len().min(SERIES_MAX)], rows);
        let reached = drawn.iter().flat_map(|drawn| drawn.spans.iter().flatten());
        let (low, high) = reached.fold((0.0_f64, 0.0_f64), |(low, high), (from, to)| {
            (low.min(*from).min(*to), high.max(*from).max(*to))
        });
        let scale = Scale::of(low, high);

        let mut style = Style::default();
        style.block(&chart.block);
        style.maybe("flex", chart.flex.as_ref().and_then(css::flex));
        self.html.open("figure").attr("class", "w-chart").style(&style).end();
        let names: Vec<&str> = drawn.iter().map(|drawn| drawn.name).collect();
        if chart.show_legend.unwrap_or(drawn.len() > 1) {
            self.legend(&drawn);
        }
        let shows_y = chart.show_y_axis == Some(true);
        self.html
            .open("div")
            .attr("class", &classes(&["w-plot", if shows_y { "has-ticks" } else { "" }]))
            .end();
        if shows_y {
            self.html.open("div").attr("class", "w-ticks").attr("aria-hidden", "true").end();
            for tick in &scale.ticks {
                let mut style = Style::default();
                style.set("inset-block-start", &format!("{:.2}%", scale.y(*tick) / SIDE * 100.0));
                self.html.open("span").style(&style).end();
                self.html.text(&said(*tick));
                self.html.close("span");
            }
            self.html.close("div");
        }
        let (low, high) = drawn
            .iter()
            .flat_map(|drawn| drawn.values.iter().flatten())
            .fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(*value), high.max(*value)));
        let range = if low <= high {
            (said(low), said(high))
        } else {
            (said(0.0), said(0.0))
        };
        let title = texts::chart_title(self.locale, &names);
        let description = texts::chart_range(self.locale, rows.len(), &range.0, &range.1);
        self.drawing(chart, &drawn, &labels, &scale, (&title, &description));
        let hides_x = matches!(&chart.x_axis, XAxis::Config(axis) if axis.hide == Some(true));
        if !hides_x && !labels.is_empty() {
            self.x_labels(&labels);
        }
        self.html.close("div");
        self.data_table(&drawn, &labels, &title);
        self.html.close("figure");
    }

    fn legend(&mut self, drawn: &[Drawn<'_>]) {
        self.html.open("figcaption").attr("class", "w-legend").end();
        for (at, drawn) in drawn.iter().enumerate() {
            self.html.open("span").attr("class", "w-key").style(&color(drawn, at)).end();
            self.bdi(drawn.name);
            self.html.close("span");
        }
        self.html.close("figcaption");
    }

    fn drawing(&mut self, chart: &Chart, drawn: &[Drawn<'_>], labels: &[String], scale: &Scale, (title, description): (&str, &str)) {
        let (title_id, description_id) = (self.id(), self.id());
        let svg = self
            .html
            .open("svg")
            .attr("class", "w-svg")
            .attr("role", "img")
            .attr("viewBox", "0 0 1000 1000");
        let svg = svg.attr("preserveAspectRatio", "none");
        svg.attr("aria-labelledby", &format!("{title_id} {description_id}")).end();
        for (tag, id, text) in [("title", &title_id, title), ("desc", &description_id, description)] {
            self.html.open(tag).attr("id", id).end();
            self.html.text(text);
            self.html.close(tag);
        }
        let mut grid = String::new();
        for tick in &scale.ticks {
            let _ = write!(grid, "M0 {:.1}H1000", scale.y(*tick));
        }
        self.shape("w-grid", &Style::default(), &grid);
        let slot = SIDE / labels.len().max(1) as f64;
        let bars = bars(chart, drawn, scale, slot);
        // Areas behind bars, lines in front.
        for wanted in [SeriesKind::Area, SeriesKind::Bar, SeriesKind::Line] {
            for (at, drawn) in drawn.iter().enumerate().filter(|(_, drawn)| drawn.series.kind == wanted) {
                let style = color(drawn, at);
                if wanted == SeriesKind::Bar {
                    self.shape("w-bars", &style, &bars[at]);
                    continue;
                }
                let (mut line, mut area) = (String::new(), String::new());
                let curve = drawn.series.curve_type.unwrap_or(CurveType::Linear);
                for run in runs(&drawn.spans) {
                    let point = |pick: fn(&(f64, f64)) -> f64| {
                        move |(at, span): &(usize, (f64, f64))| -> Point { ((*at as f64 + 0.5) * slot, scale.y(pick(span))) }
                    };
                    let tops: Vec<Point> = run.iter().map(point(|span| span.1)).collect();
                    let bottoms: Vec<Point> = run.iter().rev().map(point(|span| span.0)).collect();
                    let top = curve::path(&tops, curve, 'M');
                    if wanted == SeriesKind::Area && run.len() > 1 {
                        let back = if drawn.series.stack.is_some() { curve } else { CurveType::Linear };
                        let _ = write!(area, "{}{}Z", top.trim_end_matches('Z'), curve::path(&bottoms, back, 'L'));
                    }
                    line.push_str(&top);
                }
                if wanted == SeriesKind::Area {
                    self.shape("w-area-fill", &style, &area);
                }
                self.shape("w-line", &style, &line);
            }
        }
        if chart.show_tooltip.unwrap_or(true) {
            for (at, label) in labels.iter().enumerate() {
                let mut text = label.clone();
                for drawn in drawn {
                    if let Some(value) = drawn.values[at] {
                        let _ = write!(text, "\n{}: {}", drawn.name, said(value));
                    }
                }
                let hit = self
                    .html
                    .open("rect")
                    .attr("class", "w-hit")
                    .attr("x", &format!("{:.1}", at as f64 * slot));
                hit.attr("y", "0").attr("width", &format!("{slot:.1}")).attr("height", "1000").end();
                self.html.open("title").end();
                self.html.text(&text);
                self.html.close("title");
                self.html.close("rect");
            }
        }
        self.html.close("svg");
    }

    fn shape(&mut self, class: &str, style: &Style, path: &str) {
        if !path.is_empty() {
            let tag = self.html.open("path").attr("class", class).attr("d", path).style(style);
            tag.attr("vector-effect", "non-scaling-stroke").end();
            self.html.close("path");
        }
    }

    /// At most a few, evenly.
    fn x_labels(&mut self, labels: &[String]) {
        self.html.open("div").attr("class", "w-axis").attr("aria-hidden", "true").end();
        let each = labels.len().div_ceil(LABELS_MAX);
        for group in labels.chunks(each) {
            let mut style = Style::default();
            style.set("flex", &group.len().to_string());
            self.html.open("span").style(&style).end();
            self.bdi(&group[0]);
            self.html.close("span");
        }
        self.html.close("div");
    }

    fn data_table(&mut self, drawn: &[Drawn<'_>], labels: &[String], title: &str) {
        self.html.open("div").attr("class", "hidden").end();
        self.html.open("table").end();
        self.html.open("caption").end();
        self.html.text(title);
        self.html.close("caption");
        self.html.open("tr").end();
        self.html.open("td").end();
        self.html.close("td");
        for drawn in drawn {
            self.html.open("th").attr("scope", "col").end();
            self.bdi(drawn.name);
            self.html.close("th");
        }
        self.html.close("tr");
        for (at, label) in labels.iter().enumerate() {
            self.html.open("tr").end();
            self.html.open("th").attr("scope", "row").end();
            self.bdi(label);
            self.html.close("th");
            for drawn in drawn {
                self.html.open("td").end();
                self.html.text(&drawn.values[at].map(said).unwrap_or_default());
                self.html.close("td");
            }
            self.html.close("tr");
        }
        self.html.close("table");
        self.html.close("div");
    }
}

fn color(drawn: &Drawn<'_>, at: usize) -> Style {
    let mut style = Style::default();
    let given = drawn.series.color.as_ref().and_then(|value| css::color(value, Tokens::Chart));
    style.set(
        "--w-color",
        &given.unwrap_or_else(|| format!("var(--w-{})", CHART[at % CHART.len()])),
    );
    style
}

fn labels(chart: &Chart, rows: &[Map<String, Value>]) -> Vec<String> {
    let (key, words) = match &chart.x_axis {
        XAxis::Key(key) => (key, None),
        XAxis::Config(axis) => (&axis.data_key, axis.labels.as_ref()),
    };
    let label = |row: &Map<String, Value>| {
        let own = match row.get(key) {
            Some(Value::String(text)) => text.chars().take(100).collect(),
            Some(Value::Number(number)) => number.to_string(),
            _ => String::new(),
        };
        words.and_then(|words| words.get(&own)).cloned().unwrap_or(own)
    };
    rows.iter().map(label).collect()
}

fn number(value: Option<&Value>) -> Option<f64> {
    let number = match value? {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    // Far beyond what anybody counts, sums and logarithms would overflow.
    (number.is_finite() && number.abs() < 1e15).then_some(number)
}

/// Puts the series that share a stack on top of one another, negative values below zero.
fn stacked<'a>(series: &'a [Series], rows: &[Map<String, Value>]) -> Vec<Drawn<'a>> {
    let mut stacks: BTreeMap<(&str, &str), Vec<(f64, f64)>> = BTreeMap::new();
    let draw = |series: &'a Series| {
        let values: Vec<Option<f64>> = rows.iter().map(|row| number(row.get(&series.data_key))).collect();
        let stack = series.stack.as_deref().filter(|_| series.kind != SeriesKind::Line);
        let mut spans: Vec<Option<(f64, f64)>> = values.iter().map(|value| value.map(|value| (0.0, value))).collect();
        if let Some(stack) = stack {
            let ends = stacks
                .entry((series.kind.name(), stack))
                .or_insert_with(|| vec![(0.0, 0.0); rows.len()]);
            for (span, (below, above)) in spans.iter_mut().zip(ends) {
                let Some((_, value)) = *span else { continue };
                let end = if value < 0.0 { below } else { above };
                *span = Some((*end, *end + value));
                *end += value;
            }
        }
        Drawn {
            series,
            name: series
                .label
                .as_deref()
                .filter(|label| !label.is_empty())
                .unwrap_or(&series.data_key),
            values,
            spans,
        }
    };
    series.iter().map(draw).collect()
}

/// The paths of the bars of each series.
fn bars(chart: &Chart, drawn: &[Drawn<'_>], scale: &Scale, slot: f64) -> Vec<String> {
    // A stack is one bar, and so is every series without one.
    let mut places: Vec<(Option<&str>, usize)> = Vec::new();
    let mut place_of = vec![0; drawn.len()];
    for (at, drawn) in drawn.iter().enumerate().filter(|(_, drawn)| drawn.series.kind == SeriesKind::Bar) {
        let stack = drawn.series.stack.as_deref();
        let known = places.iter().position(|(name, _)| stack.is_some() && *name == stack);
        place_of[at] = known.unwrap_or(places.len());
        if known.is_none() {
            places.push((stack, at));
        }
    }
    let count = places.len().max(1) as f64;
    let between_groups = chart
        .bar_category_gap
        .map_or(slot * 0.25, |gap| f64::from(gap) * PIXEL)
        .min(slot * 0.9);
    let group = slot - between_groups;
    let between_bars = (f64::from(chart.bar_gap.unwrap_or(4)) * PIXEL).min(group / count * 0.5);
    let width = ((group - between_bars * (count - 1.0)) / count).max(0.5);
    let path = |(at, drawn): (usize, &Drawn<'_>)| {
        let mut path = String::new();
        for (point, span) in drawn.spans.iter().enumerate() {
            if let (Some((from, to)), SeriesKind::Bar) = (span, drawn.series.kind) {
                let x = point as f64 * slot + between_groups / 2.0 + place_of[at] as f64 * (width + between_bars);
                let (top, bottom) = (scale.y(*to), scale.y(*from));
                let _ = write!(path, "M{x:.1} {bottom:.1}V{top:.1}h{width:.1}V{bottom:.1}Z");
            }
        }
        path
    };
    drawn.iter().enumerate().map(path).collect()
}

/// The stretches of a line that have no gap in them.
fn runs(spans: &[Option<(f64, f64)>]) -> Vec<Vec<(usize, (f64, f64))>> {
    let mut runs = vec![Vec::new()];
    for (at, span) in spans.iter().enumerate() {
        match (span, runs.last_mut()) {
            (Some(span), Some(run)) => run.push((at, *span)),
            (None, Some(run)) if !run.is_empty() => runs.push(Vec::new()),
            _ => {}
        }
    }
    runs.retain(|run| !run.is_empty());
    runs
}

/// A number as people write it: at most two decimals, thousands apart.
fn said(value: f64) -> String {
    let plain = format!("{:.2}", value.abs());
    let (whole, decimals) = plain.split_once('.').unwrap_or((&plain, ""));
    let mut text = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    let decimals = decimals.trim_end_matches('0');
    if !decimals.is_empty() {
        text.push('.');
        text.push_str(decimals);
    }
    if value < 0.0 && text != "0" {
        format!("\u{2212}{text}")
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_for_people() {
        let cases = [
            (0.0, "0"),
            (1234567.0, "1,234,567"),
            (0.5, "0.5"),
            (-12.345, "\u{2212}12.35"),
            (-0.001, "0"),
            (100.0, "100"),
        ];
        for (number, text) in cases {
            assert_eq!(said(number), text);
        }
    }

    #[test]
    fn scales_are_round_and_hold_zero() {
        let scale = Scale::of(3.0, 97.0);
        assert_eq!((scale.low, scale.high), (0.0, 100.0));
        assert_eq!(scale.ticks, [0.0, 25.0, 50.0, 75.0, 100.0]);
        let scale = Scale::of(-5.0, 12.0);
        assert!(scale.low <= -5.0 && scale.high >= 12.0 && scale.ticks.contains(&0.0));
        for (low, high) in [(0.0, 0.0), (0.0, 1e-300), (-1e15, 1e15), (0.0, f64::MIN_POSITIVE)] {
            let scale = Scale::of(low, high);
            assert!(scale.high > scale.low && scale.ticks.len() < 13, "{low} {high}");
            assert!(scale.y(0.0).is_finite());
        }
    }

    #[test]
    fn stacks_grow_from_what_is_below() {
        let series: Vec<Series> = serde_json::from_value(serde_json::json!([
            { "type": "bar", "dataKey": "a", "stack": "s" }, { "type": "bar", "dataKey": "b", "stack": "s" }, { "type": "line", "dataKey": "b" }
        ]))
        .unwrap();
        let rows: Vec<Map<String, Value>> =
            serde_json::from_value(serde_json::json!([{ "a": 1, "b": 2 }, { "a": -1, "b": "3" }, { "a": "x" }])).unwrap();
        let drawn = stacked(&series, &rows);
        assert_eq!(drawn[1].spans, [Some((1.0, 3.0)), Some((0.0, 3.0)), None]);
        assert_eq!(drawn[2].spans, [Some((0.0, 2.0)), Some((0.0, 3.0)), None]);
        assert_eq!(runs(&drawn[2].spans).len(), 1);
    }
}
