//! How a service is doing: readiness checks, and the figures and sections on its front page.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::timeout;

use crate::html::Html;

type Probe<T> = Arc<dyn Fn() -> Pin<Box<dyn Future<Output = T> + Send>> + Send + Sync>;

/// A check that takes longer counts as failed.
const PATIENCE: Duration = Duration::from_secs(2);

/// Checks and figures that a service contributes; clones share them.
#[derive(Clone, Default)]
pub struct Health(Arc<Mutex<Probes>>);

#[derive(Default)]
struct Probes {
    checks: Vec<(&'static str, Probe<Result<(), String>>)>,
    figures: Vec<(&'static str, Probe<String>)>,
    sections: Vec<(&'static str, Probe<Html>)>,
}

/// The result of one check.
pub struct Check {
    /// What was checked.
    pub name: &'static str,
    /// Why it failed, without anything secret: it is shown publicly.
    pub failure: Option<String>,
}

impl Health {
    /// No checks: always ready.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a condition of readiness. Its error text is public.
    pub fn check<F, R>(&self, name: &'static str, probe: F)
    where
        F: Fn() -> R + Send + Sync + 'static,
        R: Future<Output = Result<(), String>> + Send + 'static,
    {
        self.with(|probes| probes.checks.push((name, Arc::new(move || Box::pin(probe())))));
    }

    /// Adds a figure to the front page. It is public.
    pub fn figure<F, R>(&self, label: &'static str, probe: F)
    where
        F: Fn() -> R + Send + Sync + 'static,
        R: Future<Output = String> + Send + 'static,
    {
        self.with(|probes| probes.figures.push((label, Arc::new(move || Box::pin(probe())))));
    }

    /// Adds a section to the front page. It is public.
    pub fn section<F, R>(&self, title: &'static str, probe: F)
    where
        F: Fn() -> R + Send + Sync + 'static,
        R: Future<Output = Html> + Send + 'static,
    {
        self.with(|probes| probes.sections.push((title, Arc::new(move || Box::pin(probe())))));
    }

    /// Runs every check.
    pub async fn checks(&self) -> Vec<Check> {
        let checks = self.with(|probes| probes.checks.clone());
        let run = checks.into_iter().map(async |(name, probe)| {
            let outcome = timeout(PATIENCE, probe()).await.unwrap_or_else(|_| Err("no answer in time".to_owned()));
            Check { name, failure: outcome.err() }
        });
        futures::future::join_all(run).await
    }

    /// Collects every figure that answers in time.
    pub async fn figures(&self) -> Vec<(&'static str, String)> {
        let figures = self.with(|probes| probes.figures.clone());
        let run = figures.into_iter().map(async |(label, probe)| {
            let value = timeout(PATIENCE, probe()).await;
            (label, value.unwrap_or_else(|_| "–".to_owned()))
        });
        futures::future::join_all(run).await
    }

    /// Collects every section that answers in time.
    pub async fn sections(&self) -> Vec<(&'static str, Html)> {
        let sections = self.with(|probes| probes.sections.clone());
        let run = sections.into_iter().map(async |(title, probe)| {
            let section = timeout(PATIENCE, probe()).await;
            (title, section.unwrap_or_else(|_| Html::of("–")))
        });
        futures::future::join_all(run).await
    }

    fn with<T>(&self, access: impl FnOnce(&mut Probes) -> T) -> T {
        access(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_check_that_hangs_has_failed() {
        let health = Health::new();
        health.check("good", || async { Ok(()) });
        health.check("hangs", std::future::pending);
        let checks = health.checks().await;
        assert!(checks[0].failure.is_none());
        assert_eq!(checks[1].failure.as_deref(), Some("no answer in time"));
    }
}
