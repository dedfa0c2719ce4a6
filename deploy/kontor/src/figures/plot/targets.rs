//! Each figure against its target: how many times better or worse, on a logarithmic scale.

use super::{Drawing, MARGIN, WIDTH, short};
use crate::figures::report::{Goal, Row};

/// Height of a row.
const ROW: f64 = 22.0;

/// Where the bars' field begins and how wide it is.
const LEFT: f64 = 500.0;
const FIELD: f64 = 220.0;

/// What the field spans: ten times worse to a hundred times better.
const WORST: f64 = 0.1;
const BEST: f64 = 100.0;

/// Draws the rows that have a target; gives where the next thing begins.
pub fn draw(drawing: &mut Drawing, rows: &[Row], top: f64) -> f64 {
    let rows: Vec<(&Row, Goal)> = rows.iter().filter_map(|row| Some((row, row.goal?))).collect();
    if rows.is_empty() {
        return top;
    }
    drawing.text(MARGIN, top + 12.0, "title", "start", "Against the targets");
    let scale = [(0.1, "10 × worse"), (1.0, "target"), (10.0, "10 ×"), (100.0, "100 × better")];
    let first = top + 44.0;
    let floor = first + ROW * rows.len() as f64;
    for (times, label) in scale {
        let class = if times == 1.0 { "target" } else { "grid" };
        drawing.text(place(times), top + 32.0, "quiet", "middle", label);
        drawing.line([place(times), first - 6.0], [place(times), floor], class);
    }
    for (number, (row, goal)) in rows.into_iter().enumerate() {
        let y = first + ROW * number as f64;
        let (class, met) = if row.met() == Some(true) { ("met", "met") } else { ("missed", "not met") };
        drawing.text(MARGIN, y + 14.0, "", "start", &row.name);
        let (end, target) = (place(better(row.value, goal)), place(1.0));
        drawing.bar([end.min(target), y + 3.0], [(end - target).abs().max(2.0), ROW - 8.0], class);
        let target = row.target().unwrap_or_default();
        let text = format!("{} {} ({target}) {met}", short(row.value), row.unit);
        drawing.text(WIDTH - MARGIN, y + 14.0, class, "end", &text);
    }
    floor
}

/// How many times better than its target a figure is; below 1 if it misses it.
fn better(value: f64, goal: Goal) -> f64 {
    let times = match goal {
        Goal::AtLeast(least) => value / least,
        Goal::Below(limit) if value > 0.0 => limit / value,
        Goal::Below(_) if value.is_nan() => WORST,
        Goal::Below(_) => BEST,
    };
    if times.is_nan() { WORST } else { times.clamp(WORST, BEST) }
}

fn place(times: f64) -> f64 {
    LEFT + FIELD * (times / WORST).log10() / (BEST / WORST).log10()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn better_is_more_above_a_floor_and_less_below_a_limit() {
        let near = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-9, "{found}, not {expected}");
        near(better(20.0, Goal::AtLeast(10.0)), 2.0);
        near(better(5.0, Goal::AtLeast(10.0)), 0.5);
        near(better(5.0, Goal::Below(10.0)), 2.0);
        near(better(20.0, Goal::Below(10.0)), 0.5);
        near(better(0.0, Goal::Below(10.0)), BEST);
        near(better(f64::NAN, Goal::Below(10.0)), WORST);
        near(better(f64::NAN, Goal::AtLeast(10.0)), WORST);
        near(better(1e300, Goal::AtLeast(10.0)), BEST);
    }

    #[test]
    fn the_target_stands_a_third_into_the_field() {
        assert!((place(WORST) - LEFT).abs() < 1e-9);
        assert!((place(1.0) - LEFT - FIELD / 3.0).abs() < 1e-9);
        assert!((place(BEST) - LEFT - FIELD).abs() < 1e-9);
    }
}
