//! All services of a network as processes of their own, watched over by this one.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use tokio::{
    process::{Child, Command},
    time::{Instant, sleep, timeout_at},
};

use super::{
    ConsortiumError, file,
    lock::Lock,
    manifest::{Manifest, ServiceEntry},
    plan::ServiceKind,
    ready,
    start::prepare,
};

/// How long services may take to end by themselves.
const END: Duration = Duration::from_secs(15);

/// A network of processes; they are killed if this is dropped before [`Processes::stop`], and end by themselves if this
/// process is killed.
pub struct Processes {
    /// What runs and where.
    pub manifest: Manifest,
    program: PathBuf,
    children: Vec<(ServiceEntry, Option<Child>)>,
    _lock: Lock,
}

impl Processes {
    /// Starts every service and waits until all are ready.
    ///
    /// # Errors
    /// [`ConsortiumError`]; what had started by then is ended again.
    pub async fn start(program: PathBuf, folder: &Path, base: Option<u16>) -> Result<Self, ConsortiumError> {
        let mut all = Self::launch(program, folder, base).await?;
        match all.ready().await {
            Ok(()) => Ok(all),
            Err(error) => {
                all.stop().await;
                Err(error)
            }
        }
    }

    /// Starts every service by `program serve SERVICE --config FILE`; [`Processes::ready`] comes next.
    ///
    /// # Errors
    /// [`ConsortiumError`]; what had started by then is ended again.
    pub async fn launch(program: PathBuf, folder: &Path, base: Option<u16>) -> Result<Self, ConsortiumError> {
        let (manifest, lock) = prepare(folder, base).await?;
        let children = manifest.services.iter().map(|entry| (entry.clone(), None)).collect();
        let mut all = Self { manifest, program, children, _lock: lock };
        for index in 0..all.children.len() {
            if let Err(error) = all.spawn(index) {
                all.stop().await;
                return Err(error);
            }
        }
        Ok(all)
    }

    fn spawn(&mut self, index: usize) -> Result<(), ConsortiumError> {
        let Some((entry, child)) = self.children.get_mut(index) else { return Ok(()) };
        let log = entry.folder.join("log");
        let output = std::fs::File::options().create(true).append(true).open(&log).map_err(file(&log))?;
        let started = Command::new(&self.program)
            .args(["serve", entry.service.name(), "--config"])
            .arg(&entry.config)
            .arg("--until-input-ends")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(output)
            .process_group(0)
            .kill_on_drop(true)
            .spawn();
        *child = Some(started.map_err(file(&self.program))?);
        Ok(())
    }

    /// Waits until every service answers that it is ready.
    ///
    /// # Errors
    /// [`ConsortiumError::Start`] naming the first that ended or took too long.
    pub async fn ready(&mut self) -> Result<(), ConsortiumError> {
        let (http, deadline) = (ready::client()?, ready::deadline());
        for (entry, child) in &mut self.children {
            // What was killed is not waited for.
            let Some(child) = child else { continue };
            let ended = || {
                let status = child.try_wait().ok().flatten()?;
                Some(format!("ended with {status}: {}", last_line(&entry.folder.join("log"))))
            };
            ready::wait(&http, entry, deadline, ended).await?;
        }
        Ok(())
    }

    /// The process of one party's service, if it runs.
    pub fn id(&self, entry: &ServiceEntry) -> Option<u32> {
        self.children.iter().find(|(own, _)| own == entry)?.1.as_ref()?.id()
    }

    /// Kills one service at once, as a power cut would.
    pub async fn kill(&mut self, entry: &ServiceEntry) {
        if let Some((_, child)) = self.children.iter_mut().find(|(own, _)| own == entry)
            && let Some(mut child) = child.take()
        {
            // Already gone is as good.
            let _ = child.kill().await;
        }
    }

    /// Ends one service as an operator does, and starts it again with another program.
    ///
    /// # Errors
    /// [`ConsortiumError`].
    pub async fn replace(&mut self, entry: &ServiceEntry, program: &Path) -> Result<(), ConsortiumError> {
        let running = self.children.iter_mut().find(|(own, _)| own == entry).and_then(|(_, child)| child.take());
        end(running.map(|child| (entry.service, child)).into_iter().collect()).await;
        self.program = program.to_owned();
        self.restart(entry)
    }

    /// Starts a service that was killed.
    ///
    /// # Errors
    /// [`ConsortiumError`].
    pub fn restart(&mut self, entry: &ServiceEntry) -> Result<(), ConsortiumError> {
        match self.children.iter().position(|(own, child)| own == entry && child.is_none()) {
            Some(index) => self.spawn(index),
            None => Ok(()),
        }
    }

    /// Waits until a service ends that should not; its name.
    pub async fn first_to_end(&mut self) -> String {
        loop {
            for (entry, child) in &mut self.children {
                if let Some(Ok(Some(status))) = child.as_mut().map(Child::try_wait) {
                    return format!("{} ended with {status}", entry.title());
                }
            }
            sleep(Duration::from_millis(200)).await;
        }
    }

    /// Asks all to end, the nodes last because the others need them; kills what does not.
    pub async fn stop(self) {
        let running = self.children.into_iter().filter_map(|(entry, child)| Some((entry.service, child?)));
        let (nodes, others) = running.partition(|(service, _)| *service == ServiceKind::LedgerAnchor);
        end(others).await;
        end(nodes).await;
    }
}

async fn end(mut children: Vec<(ServiceKind, Child)>) {
    for (_, child) in &mut children {
        // They run until their input ends.
        drop(child.stdin.take());
    }
    let deadline = Instant::now() + END;
    for (_, child) in &mut children {
        if timeout_at(deadline, child.wait()).await.is_err() {
            // Already gone is as good.
            let _ = child.kill().await;
        }
    }
}

fn last_line(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    text.lines().last().unwrap_or("it said nothing").to_owned()
}
