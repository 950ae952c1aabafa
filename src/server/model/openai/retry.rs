//! Who is asked next after a failure, and when. Rules only: the waiting is done by the caller.

use std::{fmt, time::Duration};

use super::{
    super::ModelError,
    Limits,
    errors::{Failure, Next},
};

/// What to do after a failed attempt.
#[derive(Debug, PartialEq)]
pub(super) enum Step {
    /// Ask the same model at once.
    Again,
    /// Ask the same model after this time.
    Wait(Duration),
    /// Ask another model.
    Fallback {
        /// The model that was asked.
        from: String,
        /// The model to ask.
        to: String,
    },
    /// End the turn.
    GiveUp(ModelError),
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Again => f.write_str("ask again"),
            Self::Wait(time) => write!(f, "ask again in {} ms", time.as_millis()),
            Self::Fallback { to, .. } => write!(f, "ask {to}"),
            Self::GiveUp(_) => f.write_str("give up"),
        }
    }
}

/// Where a turn stands: which model is asked, and for the how manyeth time.
#[derive(Debug)]
pub(super) struct Plan<'a> {
    models: &'a [String],
    limits: Limits,
    at: usize,
    attempt: u32,
    asked_once_more: bool,
}

impl<'a> Plan<'a> {
    /// Begins with the first model, of which there is one.
    pub(super) fn new(models: &'a [String], limits: Limits) -> Self {
        Self {
            models,
            limits,
            at: 0,
            attempt: 1,
            asked_once_more: false,
        }
    }

    /// The model to ask.
    pub(super) fn model(&self) -> &'a str {
        &self.models[self.at]
    }

    /// How often the model is asked with the coming attempt.
    pub(super) fn attempt(&self) -> u32 {
        self.attempt
    }

    /// What follows a failure. `jitter` is a random number from 0 to 1.
    pub(super) fn after(&mut self, failure: Failure, visible: bool, jitter: f64) -> Step {
        if visible {
            return Step::GiveUp(failure.error);
        }
        match failure.next {
            Next::GiveUp => Step::GiveUp(failure.error),
            Next::OnceMore if self.asked_once_more => Step::GiveUp(failure.error),
            Next::OnceMore => {
                self.asked_once_more = true;
                Step::Again
            }
            Next::Retry | Next::RetryHere if self.attempt < self.limits.attempts => {
                let wait = failure.wait.unwrap_or_else(|| self.backoff(jitter)).min(self.limits.longest_wait);
                self.attempt += 1;
                Step::Wait(wait)
            }
            Next::RetryHere => Step::GiveUp(failure.error),
            Next::Retry | Next::OtherModel => self.other_model(failure.error),
        }
    }

    fn other_model(&mut self, error: ModelError) -> Step {
        let Some(to) = self.models.get(self.at + 1) else {
            return Step::GiveUp(error);
        };
        let from = self.model().to_owned();
        *self = Self {
            at: self.at + 1,
            ..Self::new(self.models, self.limits)
        };
        Step::Fallback { from, to: to.clone() }
    }

    /// Doubles with each attempt; between half of it and all of it, so that many runs do not come back as one.
    fn backoff(&self, jitter: f64) -> Duration {
        let doubled = self.limits.first_wait.saturating_mul(2_u32.saturating_pow(self.attempt - 1));
        doubled.min(self.limits.longest_wait).mul_f64(0.5 + jitter.clamp(0.0, 1.0) / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(next: Next, wait: Option<u64>) -> Failure {
        Failure {
            wait: wait.map(Duration::from_secs),
            ..Failure::new(ModelError::Unavailable("x".into()), next)
        }
    }

    fn gave_up() -> Step {
        Step::GiveUp(ModelError::Unavailable("x".into()))
    }

    fn models() -> [String; 2] {
        ["a".to_owned(), "b".to_owned()]
    }

    #[test]
    fn waits_double_with_jitter_and_the_next_model_begins_anew() {
        let models = models();
        let mut plan = Plan::new(&models, Limits::default());
        assert_eq!(
            plan.after(failure(Next::Retry, None), false, 0.0),
            Step::Wait(Duration::from_millis(500))
        );
        assert_eq!(
            plan.after(failure(Next::Retry, None), false, 1.0),
            Step::Wait(Duration::from_secs(2))
        );
        assert_eq!((plan.model(), plan.attempt()), ("a", 3));
        assert_eq!(
            plan.after(failure(Next::Retry, None), false, 0.0),
            Step::Fallback {
                from: "a".into(),
                to: "b".into()
            }
        );
        assert_eq!((plan.model(), plan.attempt()), ("b", 1));
        assert_eq!(
            plan.after(failure(Next::Retry, Some(7)), false, 0.0),
            Step::Wait(Duration::from_secs(7))
        );
        assert_eq!(
            plan.after(failure(Next::Retry, Some(3600)), false, 0.0),
            Step::Wait(Duration::from_secs(30))
        );
        assert_eq!(plan.after(failure(Next::Retry, None), false, 0.0), gave_up());
    }

    #[test]
    fn each_way_on() {
        let models = models();
        let plan = || {
            Plan::new(
                &models,
                Limits {
                    attempts: 2,
                    ..Limits::default()
                },
            )
        };
        assert_eq!(plan().after(failure(Next::Retry, None), true, 0.0), gave_up());
        assert_eq!(plan().after(failure(Next::GiveUp, None), false, 0.0), gave_up());
        assert!(matches!(
            plan().after(failure(Next::OtherModel, None), false, 0.0),
            Step::Fallback { .. }
        ));
        let mut once = plan();
        assert_eq!(once.after(failure(Next::OnceMore, None), false, 0.0), Step::Again);
        assert_eq!(once.after(failure(Next::OnceMore, None), false, 0.0), gave_up());
        let mut here = plan();
        assert!(matches!(here.after(failure(Next::RetryHere, None), false, 0.0), Step::Wait(_)));
        assert_eq!(here.after(failure(Next::RetryHere, None), false, 0.0), gave_up());
        let mut never = Plan::new(
            &models,
            Limits {
                attempts: 0,
                ..Limits::default()
            },
        );
        assert!(matches!(never.after(failure(Next::Retry, None), false, 0.0), Step::Fallback { .. }));
    }
}
