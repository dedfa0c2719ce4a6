//! One panel: lines over equal steps, from zero up, and the target if there is one.

use super::{Drawing, short};

/// Height of a panel with its title and labels.
pub const HEIGHT: f64 = 230.0;

/// Width of a panel's field.
const FIELD: f64 = 370.0;

/// Space left of the field, for the labels of values.
const LEFT: f64 = 52.0;

/// Space above and below the field.
const TOP: f64 = 40.0;
const BOTTOM: f64 = 40.0;

/// Parts that the height is divided into.
const PARTS: u8 = 4;

/// Classes of the first, second line and of their dots.
const CLASSES: [(&str, &str); 2] = [("a", "dot-a"), ("b", "dot-b")];

/// Values, one for each label of the panel.
#[derive(Debug)]
pub struct Line {
    /// What it is.
    pub name: &'static str,
    /// What it shows.
    pub values: Vec<f64>,
}

/// At most two lines.
#[derive(Debug)]
pub struct Panel {
    title: &'static str,
    x: &'static str,
    labels: Vec<String>,
    lines: Vec<Line>,
    target: Option<f64>,
}

impl Panel {
    /// Lines over `labels`; `x` says what these are.
    pub fn new(title: &'static str, x: &'static str, labels: &[String], lines: Vec<Line>) -> Self {
        Self { title, x, labels: labels.to_vec(), lines, target: None }
    }

    /// With a line where the values should not pass.
    pub fn target(self, target: f64) -> Self {
        Self { target: Some(target), ..self }
    }

    /// Draws it with its corner at `left` and `top`.
    pub fn draw(&self, drawing: &mut Drawing, left: f64, top: f64) {
        let (left, floor) = (left + LEFT, top + HEIGHT - BOTTOM);
        let values = self.lines.iter().flat_map(|line| &line.values).copied();
        let highest = ceiling(values.chain(self.target).filter(|value| value.is_finite()).fold(0.0, f64::max));
        let height = |value: f64| floor - (value / highest).clamp(0.0, 1.0) * (HEIGHT - TOP - BOTTOM);
        let places = self.labels.len().saturating_sub(1).max(1) as f64;
        let place = |index: usize| left + FIELD * index as f64 / places;

        drawing.text(left, top + 12.0, "title", "start", self.title);
        for part in 0..=PARTS {
            let value = highest * f64::from(part) / f64::from(PARTS);
            drawing.line([left, height(value)], [left + FIELD, height(value)], "grid");
            drawing.text(left - 6.0, height(value) + 4.0, "quiet", "end", &short(value));
        }
        for (index, label) in self.labels.iter().enumerate() {
            drawing.text(place(index), floor + 16.0, "quiet", "middle", label);
        }
        drawing.text(left + FIELD / 2.0, floor + 32.0, "quiet", "middle", self.x);
        let mut key = left;
        for (line, (class, dot)) in self.lines.iter().zip(CLASSES) {
            drawing.line([key, top + 24.0], [key + 20.0, top + 24.0], &format!("line {class}"));
            drawing.text(key + 26.0, top + 28.0, "quiet", "start", line.name);
            key += 130.0;
            let points = line.values.iter().enumerate().filter(|(_, value)| value.is_finite());
            let points: Vec<[f64; 2]> = points.map(|(index, value)| [place(index), height(*value)]).collect();
            drawing.path(&points, class);
            for point in points {
                drawing.dot(point, dot);
            }
        }
        if let Some(target) = self.target {
            drawing.line([left, height(target)], [left + FIELD, height(target)], "target");
            drawing.text(left + FIELD, top + 28.0, "quiet", "end", &format!("dotted: target < {}", short(target)));
        }
    }
}

/// The least of 1, 2, 2.5, 5 times a power of ten that is not below `value`.
fn ceiling(value: f64) -> f64 {
    if value <= 0.0 {
        return 1.0;
    }
    let power = 10.0_f64.powf(value.log10().floor());
    let steps = [1.0, 2.0, 2.5, 5.0, 10.0];
    let fit = steps.into_iter().map(|step| step * power).find(|fit| *fit >= value);
    fit.filter(|fit| fit.is_normal()).unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_ends_at_a_round_number() {
        assert_eq!([0.0, 0.7, 1.0, 1.2, 220.0, 9_876.0].map(ceiling), [1.0, 1.0, 1.0, 2.0, 250.0, 10_000.0]);
        assert!([f64::MAX, f64::MIN_POSITIVE, 5e-324].into_iter().all(|value| ceiling(value) >= value));
    }
}
