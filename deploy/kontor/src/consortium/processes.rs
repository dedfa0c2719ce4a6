//! All services of a network as processes of their own, watched over by this one.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use kontor_chassis::client;
use tokio::{
    process::{Child, Command},
    time::{Instant, sleep, timeout},
};

use super::{
    ConsortiumError, file,
    lock::Lock,
    manifest::{Manifest, ServiceEntry},
    start::prepare,
};

/// How long a service may take until it is ready.
const READY: Duration = Duration::from_secs(60);

/// How long a service may take to end by itself.
const END: Duration = Duration::from_secs(15);

/// A network of processes; they are killed if this is dropped before [`Processes::stop`].
pub struct Processes {
    /// What runs and where.
    pub manifest: Manifest,
    program: PathBuf,
    children: Vec<(ServiceEntry, Option<Child>)>,
    _lock: Lock,
}

impl Processes {
    /// Starts every service by `program serve SERVICE --config FILE` and waits until all are ready.
    ///
    /// # Errors
    /// [`ConsortiumError`]; what had started by then is ended again.
    pub async fn start(program: PathBuf, folder: &Path, base: Option<u16>) -> Result<Self, ConsortiumError> {
        let (manifest, lock) = prepare(folder, base)?;
        let children = manifest.services.iter().map(|entry| (entry.clone(), None)).collect();
        let mut all = Self { manifest, program, children, _lock: lock };
        for index in 0..all.children.len() {
            if let Err(error) = all.spawn(index) {
                all.stop().await;
                return Err(error);
            }
        }
        match all.ready().await {
            Ok(()) => Ok(all),
            Err(error) => {
                all.stop().await;
                Err(error)
            }
        }
    }

    fn spawn(&mut self, index: usize) -> Result<(), ConsortiumError> {
        let Some((entry, child)) = self.children.get_mut(index) else { return Ok(()) };
        let log = entry.folder.join("log");
        let output = std::fs::File::options().create(true).append(true).open(&log).map_err(file(&log))?;
        let started = Command::new(&self.program)
            .args(["serve", entry.service.name(), "--config"])
            .arg(&entry.config)
            .stdin(Stdio::null())
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
        let http = client::plain().map_err(|error| ConsortiumError::Start(error.to_string()))?;
        let deadline = Instant::now() + READY;
        for (entry, child) in &mut self.children {
            let name = format!("{} of {}", entry.service, entry.party);
            loop {
                if let Some(status) = child.as_mut().and_then(|child| child.try_wait().ok().flatten()) {
                    let said = last_line(&entry.folder.join("log"));
                    return Err(ConsortiumError::Start(format!("{name} ended with {status}: {said}")));
                }
                let url = format!("{}/health/ready", entry.public);
                if http.get(url).send().await.is_ok_and(|answer| answer.status().is_success()) {
                    break;
                }
                if Instant::now() > deadline {
                    return Err(ConsortiumError::Start(format!("{name} is not ready after {} s", READY.as_secs())));
                }
                sleep(Duration::from_millis(50)).await;
            }
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
                    return format!("{} of {} ended with {status}", entry.service, entry.party);
                }
            }
            sleep(Duration::from_millis(200)).await;
        }
    }

    /// Asks all to end, those first that others do not need; kills what does not.
    pub async fn stop(mut self) {
        for (_, child) in self.children.iter_mut().rev() {
            let Some(mut child) = child.take() else { continue };
            terminate(&child).await;
            if timeout(END, child.wait()).await.is_err() {
                // Already gone is as good.
                let _ = child.kill().await;
            }
        }
    }
}

/// Sends SIGTERM by the system's own command, for lack of a safe call in the standard library.
async fn terminate(child: &Child) {
    if let Some(id) = child.id() {
        // If it fails the caller's patience ends and the process is killed.
        let _ = Command::new("kill").args(["-TERM", &id.to_string()]).status().await;
    }
}

fn last_line(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    text.lines().last().unwrap_or("it said nothing").to_owned()
}
