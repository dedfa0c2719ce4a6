//! A small line plot over an hour: lines in SVG, which stretch with the page, and numbers beside them, which do not.

use kontor_chassis::html::Html;

const HEIGHT: f64 = 100.0;

/// At most this many lines: the style's classes for each line and its name.
const CLASSES: [(&str, &str); 2] = [("one", "key-one"), ("two", "key-two")];

/// One line; without a value it has a gap.
pub(super) struct Line {
    /// What it shows.
    pub(super) name: &'static str,
    /// From the oldest to now.
    pub(super) values: Vec<Option<f64>>,
}

/// A plot of lines that begin an hour ago and end now.
pub(super) fn plot(title: &str, lines: &[Line]) -> Html {
    let highest = lines.iter().flat_map(|line| &line.values).flatten().fold(0.0, |one: f64, other| one.max(*other));
    let top = round_up(highest);
    let mut picture: Html =
        [0.0, HEIGHT / 2.0, HEIGHT].into_iter().map(|y| polyline("axis", &[(0.0, y), (1.0, y)])).collect();
    for (Line { values, .. }, (class, _)) in lines.iter().zip(CLASSES) {
        let last = values.len().saturating_sub(1).max(1) as f64;
        for run in runs(values) {
            let points: Vec<_> =
                run.into_iter().map(|(place, value)| (place as f64 / last, HEIGHT * (1.0 - value / top))).collect();
            picture = picture.then(polyline(class, &points));
        }
    }
    let label = format!("{title}, from an hour ago until now: {} at most", number(highest));
    let attributes =
        [("viewBox", "0 0 1000 100"), ("preserveAspectRatio", "none"), ("role", "img"), ("aria-label", &label)];
    let scale = [top, top / 2.0, 0.0].map(|value| Html::new().element("span", &[], Html::of(number(value))));
    let span = ["1 h ago", "now"].map(|word| Html::new().element("span", &[], Html::of(word)));
    let inside = Html::new()
        .element("div", &[("class", "scale")], scale.into_iter().collect())
        .element("svg", &attributes, picture)
        .element("div", &[("class", "span")], span.into_iter().collect());
    Html::new().element("figure", &[], caption(title, lines).element("div", &[("class", "plot")], inside))
}

fn caption(title: &str, lines: &[Line]) -> Html {
    let mut caption = Html::of(title);
    if lines.len() > 1 {
        for (Line { name, .. }, (_, key)) in lines.iter().zip(CLASSES) {
            caption = caption.text(" · ").element("span", &[("class", key)], Html::of(name));
        }
    }
    Html::new().element("figcaption", &[], caption)
}

/// A line through points whose x lies between 0 and 1; a single one is a dot.
fn polyline(class: &str, points: &[(f64, f64)]) -> Html {
    let dot = points.first().filter(|_| points.len() == 1);
    let class = if dot.is_some() { format!("{class} dot") } else { class.to_owned() };
    let points = points.iter().chain(dot).map(|(x, y)| format!("{:.1},{y:.1}", x * 1_000.0));
    let points = points.collect::<Vec<_>>().join(" ");
    Html::new().element("polyline", &[("class", &class), ("points", &points)], Html::new())
}

/// Values without a gap, with their places.
fn runs(values: &[Option<f64>]) -> Vec<Vec<(usize, f64)>> {
    let placed: Vec<_> = values.iter().enumerate().map(|(place, value)| value.map(|value| (place, value))).collect();
    let runs = placed.split(Option::is_none).map(|run| run.iter().flatten().copied().collect::<Vec<_>>());
    runs.filter(|run| !run.is_empty()).collect()
}

/// The next of 1, 2, 5, 10, 20, …; at least 1.
fn round_up(value: f64) -> f64 {
    let mut scale = 1.0;
    while scale < 1e12 {
        for step in [1.0, 2.0, 5.0] {
            if value <= step * scale {
                return step * scale;
            }
        }
        scale *= 10.0;
    }
    scale
}

fn number(value: f64) -> String {
    if value.fract() == 0.0 { format!("{value:.0}") } else { format!("{value:.1}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_is_round_and_holds_all() {
        for (value, top) in [(0.0, 1.0), (1.0, 1.0), (1.1, 2.0), (4.0, 5.0), (50.1, 100.0), (9_999.0, 10_000.0)] {
            assert_eq!(round_up(value), top);
        }
        assert!(round_up(f64::MAX).is_finite() && round_up(f64::NAN).is_finite());
    }

    #[test]
    fn a_gap_divides_a_line() {
        assert_eq!(
            runs(&[None, Some(1.0), Some(2.0), None, None, Some(3.0)]),
            [vec![(1, 1.0), (2, 2.0)], vec![(5, 3.0)]]
        );
        assert_eq!(runs(&[]), [] as [Vec<(usize, f64)>; 0]);
    }
}
