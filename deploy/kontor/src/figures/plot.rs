//! Figures as a drawing: SVG 1.1 that needs nothing else, in light and dark.

mod panel;
mod targets;

use std::fmt::Write as _;

use super::{growth::Tenth, report::Figures};
use panel::{Line, Panel};

/// Width of everything, in pixels.
const WIDTH: f64 = 960.0;

/// Space around everything.
const MARGIN: f64 = 24.0;

const STYLE: &str = "
text { font: 12px system-ui, sans-serif; fill: #1f2328; }
.title { font-size: 14px; font-weight: 600; }
.quiet { fill: #59636e; }
.paper { fill: #ffffff; }
.grid { stroke: #d1d9e0; stroke-width: 1; }
.line { fill: none; stroke-width: 2; }
.a { stroke: #0969da; } .dot-a { fill: #0969da; }
.b { stroke: #9a6700; stroke-dasharray: 6 3; } .dot-b { fill: #9a6700; }
.target { stroke: #59636e; stroke-width: 1.5; stroke-dasharray: 2 3; }
.met { fill: #1a7f37; }
.missed { fill: #cf222e; }
@media (prefers-color-scheme: dark) {
text { fill: #f0f6fc; }
.quiet { fill: #9198a1; }
.paper { fill: #0d1117; }
.grid { stroke: #3d444d; }
.a { stroke: #4493f8; } .dot-a { fill: #4493f8; }
.b { stroke: #d29922; } .dot-b { fill: #d29922; }
.target { stroke: #9198a1; }
.met { fill: #3fb950; }
.missed { fill: #f85149; }
}
";

/// Draws throughput and latency against load, growth, and each figure against its target.
pub fn svg(figures: &Figures) -> String {
    let mut drawing = Drawing::default();
    let mut top = MARGIN;
    for line in figures.headline().lines() {
        drawing.text(MARGIN, top + 12.0, "quiet", "start", line);
        top += 18.0;
    }
    top += 8.0;
    for row in panels(figures).chunks(2) {
        for (column, panel) in row.iter().enumerate() {
            panel.draw(&mut drawing, MARGIN + column as f64 * (WIDTH - MARGIN) / 2.0, top);
        }
        top += panel::HEIGHT + MARGIN;
    }
    top = targets::draw(&mut drawing, &figures.all(), top);
    drawing.finish(top + MARGIN)
}

fn panels(figures: &Figures) -> Vec<Panel> {
    let mut panels = Vec::new();
    let steps = &figures.steps;
    if !steps.is_empty() {
        let line =
            |name, of: fn(&super::saturation::Step) -> f64| Line { name, values: steps.iter().map(of).collect() };
        let labels: Vec<String> = steps.iter().map(|step| step.under_way.to_string()).collect();
        let x = "batches on the way";
        panels.push(Panel::new("Throughput against load, records/s", x, &labels, vec![line("sustained", |s| s.rate)]));
        let lines = vec![line("p50", |s| s.p50), line("p99", |s| s.p99)];
        panels.push(Panel::new("Batch final against load, ms", x, &labels, lines));
    }
    let tenths = &figures.tenths;
    if !tenths.is_empty() {
        let line = |name, of: fn(&Tenth) -> f64| Line { name, values: tenths.iter().map(of).collect() };
        let labels: Vec<String> = tenths.iter().map(|tenth| short(tenth.records as f64)).collect();
        let x = "records on the log";
        panels.push(Panel::new("Growth: throughput, records/s", x, &labels, vec![line("sustained", |t| t.rate)]));
        let lines = vec![line("p50", |t| t.receipt_p50), line("p99", |t| t.receipt_p99)];
        panels.push(Panel::new("Growth: receipt, ms", x, &labels, lines).target(Tenth::RECEIPT));
        let lines = vec![line("a node", |t| t.disk)];
        panels.push(Panel::new("Growth: disk for one record, bytes", x, &labels, lines));
        let lines = vec![line("largest node", |t| t.memory)];
        panels.push(Panel::new("Growth: memory, MiB", x, &labels, lines).target(Tenth::MEMORY));
    }
    panels
}

/// A drawing's elements so far.
#[derive(Debug, Default)]
struct Drawing {
    body: String,
}

impl Drawing {
    fn text(&mut self, x: f64, y: f64, class: &str, anchor: &str, text: &str) {
        let text = escape(text);
        self.push(format_args!(r#"<text x="{x:.1}" y="{y:.1}" class="{class}" text-anchor="{anchor}">{text}</text>"#));
    }

    fn line(&mut self, [x1, y1]: [f64; 2], [x2, y2]: [f64; 2], class: &str) {
        self.push(format_args!(r#"<line x1="{x1:.1}" y1="{y1:.1}" x2="{x2:.1}" y2="{y2:.1}" class="{class}"/>"#));
    }

    fn bar(&mut self, [x, y]: [f64; 2], [width, height]: [f64; 2], class: &str) {
        self.push(format_args!(
            r#"<rect x="{x:.1}" y="{y:.1}" width="{width:.1}" height="{height:.1}" class="{class}"/>"#
        ));
    }

    fn path(&mut self, points: &[[f64; 2]], class: &str) {
        let points: Vec<String> = points.iter().map(|[x, y]| format!("{x:.1},{y:.1}")).collect();
        self.push(format_args!(r#"<polyline points="{}" class="line {class}"/>"#, points.join(" ")));
    }

    fn dot(&mut self, [x, y]: [f64; 2], class: &str) {
        self.push(format_args!(r#"<circle cx="{x:.1}" cy="{y:.1}" r="3" class="{class}"/>"#));
    }

    fn push(&mut self, element: std::fmt::Arguments<'_>) {
        // Writing to a string does not fail.
        let _ = writeln!(self.body, "{element}");
    }

    fn finish(self, height: f64) -> String {
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height:.0}\" \
             viewBox=\"0 0 {WIDTH} {height:.0}\" role=\"img\">\n<title>Figures of the ledger</title>\n\
             <style>{STYLE}</style>\n<rect width=\"100%\" height=\"100%\" class=\"paper\"/>\n{}</svg>\n",
            self.body
        )
    }
}

/// Text as XML 1.0 may hold it.
fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\u{fffe}' | '\u{ffff}' => safe.push(' '),
            other if other.is_control() => safe.push(' '),
            other => safe.push(other),
        }
    }
    safe
}

/// A number in three digits or so.
fn short(value: f64) -> String {
    let (value, unit) = match value.abs() {
        size if size >= 1e6 => (value / 1e6, "M"),
        size if size >= 1e4 => (value / 1e3, "k"),
        _ => (value, ""),
    };
    let digits = match value.abs() {
        size if size >= 100.0 => 0,
        size if size >= 10.0 => 1,
        _ => 2,
    };
    let text = format!("{value:.digits$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    format!("{text}{unit}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use quick_xml::{Reader, events::Event};

    use super::{
        super::report::{Row, tests::figures},
        *,
    };

    /// The texts of a document that has to be well-formed.
    fn texts(svg: &str) -> String {
        let mut reader = Reader::from_str(svg);
        reader.config_mut().check_end_names = true;
        let (mut depth, mut roots, mut all) = (0_usize, 0, String::new());
        loop {
            match reader.read_event().expect("well-formed") {
                Event::Start(tag) => {
                    assert!(tag.attributes().all(|attribute| attribute.is_ok()), "{tag:?}");
                    roots += usize::from(depth == 0);
                    depth += 1;
                }
                Event::End(_) => depth -= 1,
                Event::Empty(tag) => assert!(tag.attributes().all(|attribute| attribute.is_ok()), "{tag:?}"),
                Event::Text(text) => all.push_str(&text.xml10_content()),
                Event::GeneralRef(reference) => {
                    let name = reference.xml10_content();
                    all.push_str(quick_xml::escape::resolve_predefined_entity(&name).expect("a predefined entity"));
                }
                Event::Eof => break,
                other => panic!("{other:?} is not in a drawing"),
            }
        }
        assert_eq!((depth, roots), (0, 1));
        all
    }

    #[test]
    fn a_drawing_is_well_formed_and_has_every_figure_with_a_target() {
        let figures = figures();
        let svg = svg(&figures);
        let texts = texts(&svg);
        for row in figures.all().iter().filter(|row| row.goal.is_some()) {
            assert!(texts.contains(&row.name), "{} is missing", row.name);
        }
        for part in ["A <fast> & \"small\" one", "against load", "Growth: memory", "not met"] {
            assert!(texts.contains(part), "{part} is missing");
        }
    }

    #[test]
    fn a_drawing_needs_nothing_else_and_has_a_dark_side() {
        let svg = svg(&figures());
        assert!(!svg.contains("href") && !svg.contains("url(") && !svg.contains("<script"));
        assert!(svg.contains("prefers-color-scheme: dark"));
    }

    #[test]
    fn what_was_not_measured_leaves_no_panel() {
        let mut few = figures();
        few.steps.clear();
        few.tenths.clear();
        few.rows.clear();
        let texts = texts(&svg(&few));
        assert!(!texts.contains("Growth") && !texts.contains("against load"));
    }

    proptest! {
        #[test]
        fn any_name_and_number_is_drawn_within_the_format(name in ".{0,60}", value in any::<f64>(), rate in any::<f64>()) {
            let mut any = figures();
            any.rows.push(Row::below(name.clone(), value, "ms", 10.0));
            any.rows.push(Row::at_least(name, value, "ms", 10.0));
            any.steps[0].rate = rate;
            let svg = svg(&any);
            texts(&svg);
            prop_assert!(!svg.contains("=\"NaN") && !svg.contains("=\"inf") && !svg.contains("=\"-inf"));
            prop_assert!(!svg.contains(",NaN") && !svg.contains(",inf") && !svg.contains(",-inf"));
        }
    }

    #[test]
    fn numbers_are_short() {
        let all = [0.0, 0.25, 12.345, 512.0, 9_999.0, 12_345.0, 1_000_000.0].map(short);
        assert_eq!(all, ["0", "0.25", "12.3", "512", "9999", "12.3k", "1M"]);
    }
}
