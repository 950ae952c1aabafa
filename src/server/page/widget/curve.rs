//! How the points of a line are joined: the curves of d3-shape that charts may name, as SVG paths.

use std::fmt::Write as _;

use crate::protocol::widget::CurveType;

pub(super) type Point = (f64, f64);

/// The path through some points. `begin` is `M` for a new line, `L` where an area turns back.
pub(super) fn path(points: &[Point], curve: CurveType, begin: char) -> String {
    let mut path = Path(String::new());
    let (Some(&first), Some(&last)) = (points.first(), points.last()) else {
        return path.0;
    };
    path.to(begin, first);
    if points.len() == 1 {
        // A point alone is a dot: its line has round ends.
        path.0.push_str("h0");
        return path.0;
    }
    let pairs = || points.windows(2).map(|pair| (pair[0], pair[1]));
    match curve {
        CurveType::Linear | CurveType::LinearClosed => points[1..].iter().for_each(|&point| path.to('L', point)),
        CurveType::Step => pairs().for_each(|(a, b)| path.step(a, b, (a.0 + b.0) / 2.0)),
        CurveType::StepBefore => pairs().for_each(|(a, b)| path.step(a, b, a.0)),
        CurveType::StepAfter => pairs().for_each(|(a, b)| path.step(a, b, b.0)),
        CurveType::Bump | CurveType::BumpX => pairs().for_each(|(a, b)| {
            let middle = (a.0 + b.0) / 2.0;
            path.cubic((middle, a.1), (middle, b.1), b);
        }),
        CurveType::BumpY => pairs().for_each(|(a, b)| {
            let middle = (a.1 + b.1) / 2.0;
            path.cubic((a.0, middle), (b.0, middle), b);
        }),
        CurveType::Monotone | CurveType::MonotoneX | CurveType::MonotoneY => {
            let slopes = monotone(points);
            for (at, (a, b)) in pairs().enumerate() {
                let third = (b.0 - a.0) / 3.0;
                path.cubic(
                    (a.0 + third, a.1 + slopes[at] * third),
                    (b.0 - third, b.1 - slopes[at + 1] * third),
                    b,
                );
            }
        }
        CurveType::Natural => {
            let slopes = natural(points);
            for (at, (a, b)) in pairs().enumerate() {
                path.cubic(
                    (a.0 + (b.0 - a.0) / 3.0, a.1 + slopes[at] / 3.0),
                    (b.0 - (b.0 - a.0) / 3.0, b.1 - slopes[at + 1] / 3.0),
                    b,
                );
            }
        }
        CurveType::Basis | CurveType::BasisClosed | CurveType::BasisOpen => {
            // A uniform B-spline whose ends are the first and the last point.
            let at = |index: isize| points[index.clamp(0, points.len() as isize - 1) as usize];
            let mix = |a: Point, b: Point, part: f64| (a.0 + (b.0 - a.0) * part, a.1 + (b.1 - a.1) * part);
            for index in 0..points.len() as isize - 1 {
                let (a, b, c) = (at(index), at(index + 1), at(index + 2));
                let (first, second) = (mix(a, b, 1.0 / 3.0), mix(a, b, 2.0 / 3.0));
                let end = mix(second, mix(b, c, 1.0 / 3.0), 0.5);
                path.cubic(first, second, end);
            }
            path.to('L', last);
        }
    }
    if curve == CurveType::LinearClosed && begin == 'M' {
        path.0.push('Z');
    }
    path.0
}

struct Path(String);

impl Path {
    fn to(&mut self, command: char, (x, y): Point) {
        let _ = write!(self.0, "{command}{x:.1} {y:.1}");
    }

    fn step(&mut self, a: Point, b: Point, at: f64) {
        self.to('L', (at, a.1));
        self.to('L', (at, b.1));
        self.to('L', b);
    }

    fn cubic(&mut self, a: Point, b: Point, end: Point) {
        let _ = write!(self.0, "C{:.1} {:.1} {:.1} {:.1} {:.1} {:.1}", a.0, a.1, b.0, b.1, end.0, end.1);
    }
}

/// Slopes with which no curve swings over its points (Steffen, as in d3).
fn monotone(points: &[Point]) -> Vec<f64> {
    let slope = |a: Point, b: Point| {
        let width = b.0 - a.0;
        if width.abs() < f64::EPSILON { 0.0 } else { (b.1 - a.1) / width }
    };
    let last = points.len() - 1;
    let mut slopes = vec![0.0; points.len()];
    for at in 1..last {
        let (before, behind) = (slope(points[at - 1], points[at]), slope(points[at], points[at + 1]));
        let (w0, w1) = (points[at].0 - points[at - 1].0, points[at + 1].0 - points[at].0);
        let mean = (before * w1 + behind * w0) / (w0 + w1);
        let sign = |value: f64| if value < 0.0 { -1.0 } else { 1.0 };
        slopes[at] = (sign(before) + sign(behind)) * before.abs().min(behind.abs()).min(0.5 * mean.abs());
        if !slopes[at].is_finite() {
            slopes[at] = 0.0;
        }
    }
    slopes[0] = (3.0 * slope(points[0], points[1]) - slopes[1]) / 2.0;
    slopes[last] = (3.0 * slope(points[last - 1], points[last]) - slopes[last - 1]) / 2.0;
    slopes
}

/// The derivatives of a natural cubic spline over equal steps (a tridiagonal system).
fn natural(points: &[Point]) -> Vec<f64> {
    let count = points.len();
    let mut right: Vec<f64> = (0..count)
        .map(|at| 3.0 * (points[(at + 1).min(count - 1)].1 - points[at.saturating_sub(1)].1))
        .collect();
    let mut upper = vec![0.0; count];
    for at in 0..count {
        let is_end = at == 0 || at == count - 1;
        let (diagonal, below) = (if is_end { 2.0 } else { 4.0 }, if at == 0 { 0.0 } else { 1.0 });
        let (before, before_upper) = if at == 0 { (0.0, 0.0) } else { (right[at - 1], upper[at - 1]) };
        let pivot = diagonal - below * before_upper;
        upper[at] = 1.0 / pivot;
        right[at] = (right[at] - below * before) / pivot;
    }
    for at in (0..count - 1).rev() {
        right[at] -= upper[at] * right[at + 1];
    }
    right
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [CurveType; 15] = [
        CurveType::Basis,
        CurveType::BasisClosed,
        CurveType::BasisOpen,
        CurveType::BumpX,
        CurveType::BumpY,
        CurveType::Bump,
        CurveType::Linear,
        CurveType::LinearClosed,
        CurveType::Natural,
        CurveType::MonotoneX,
        CurveType::MonotoneY,
        CurveType::Monotone,
        CurveType::Step,
        CurveType::StepBefore,
        CurveType::StepAfter,
    ];

    #[test]
    fn every_curve_begins_and_ends_at_its_points() {
        let points = [(0.0, 10.0), (10.0, 0.0), (20.0, 10.0), (30.0, 5.0)];
        for curve in ALL {
            for count in 0..=points.len() {
                let path = path(&points[..count], curve, 'M');
                let is_known = |c: char| c.is_ascii_digit() || "MLCZh -.".contains(c);
                assert!(path.chars().all(is_known), "{curve:?}: {path}");
                assert_eq!(path.is_empty(), count == 0);
                assert!(count == 0 || path.starts_with("M0.0 10.0"), "{curve:?}: {path}");
                let end = points[count.max(1) - 1];
                let end = format!("{:.1} {:.1}", end.0, end.1);
                assert!(count < 2 || path.trim_end_matches('Z').ends_with(&end), "{curve:?}: {path}");
            }
        }
    }

    #[test]
    fn a_straight_line_stays_straight() {
        let points = [(0.0, 0.0), (30.0, 30.0), (60.0, 60.0)];
        let straight = "M0.0 0.0C10.0 10.0 20.0 20.0 30.0 30.0C40.0 40.0 50.0 50.0 60.0 60.0";
        assert_eq!(path(&points, CurveType::Natural, 'M'), straight);
        assert_eq!(path(&points, CurveType::Monotone, 'M'), straight);
    }
}
