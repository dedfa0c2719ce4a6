//! A fixed number of threads for signatures and proofs, which take what a vote waits for first.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Arc, Condvar, Mutex, PoisonError},
    thread::JoinHandle,
};

use super::Urgency;

type Work = Box<dyn FnOnce() + Send>;

/// Work that is done once, however often it was queued.
#[derive(Clone)]
pub struct Job(Arc<Mutex<Option<Work>>>);

impl Job {
    /// Wraps work.
    pub fn new(work: impl FnOnce() + Send + 'static) -> Self {
        Self(Arc::new(Mutex::new(Some(Box::new(work)))))
    }

    fn run(&self) {
        let work = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(work) = work {
            work();
        }
    }
}

impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Job")
    }
}

#[derive(Default)]
struct Queue {
    urgent: VecDeque<Job>,
    normal: VecDeque<Job>,
    stopping: bool,
}

#[derive(Default)]
struct Shared {
    queue: Mutex<Queue>,
    changed: Condvar,
}

/// The threads.
pub struct Workers {
    shared: Arc<Shared>,
    inline: bool,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Workers {
    /// Starts `count` threads; with none, who queues a job does it, at once.
    ///
    /// # Errors
    /// If the operating system gives no thread.
    pub fn start(count: usize) -> std::io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let mut threads = Vec::new();
        for number in 0..count {
            let shared = Arc::clone(&shared);
            let thread =
                std::thread::Builder::new().name(format!("admission-{number}")).spawn(move || work(&shared))?;
            threads.push(thread);
        }
        Ok(Self { shared, inline: count == 0, threads: Mutex::new(threads) })
    }

    /// Queues a job.
    pub fn push(&self, job: Job, urgency: Urgency) {
        if self.inline {
            return job.run();
        }
        let mut queue = self.shared.queue.lock().unwrap_or_else(PoisonError::into_inner);
        match urgency {
            Urgency::Consensus => queue.urgent.push_back(job),
            Urgency::Normal => queue.normal.push_back(job),
        }
        drop(queue);
        self.shared.changed.notify_one();
    }

    /// Ends the threads after the jobs that they are at; what is queued is dropped.
    pub fn stop(&self) {
        let mut queue = self.shared.queue.lock().unwrap_or_else(PoisonError::into_inner);
        queue.stopping = true;
        queue.urgent.clear();
        queue.normal.clear();
        drop(queue);
        self.shared.changed.notify_all();
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        for thread in threads {
            let _ = thread.join();
        }
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.stop();
    }
}

fn work(shared: &Shared) {
    loop {
        let job = {
            let mut queue = shared.queue.lock().unwrap_or_else(PoisonError::into_inner);
            loop {
                if queue.stopping {
                    return;
                }
                if let Some(job) = queue.urgent.pop_front() {
                    break job;
                }
                if let Some(job) = queue.normal.pop_front() {
                    break job;
                }
                queue = shared.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
            }
        };
        job.run();
    }
}
