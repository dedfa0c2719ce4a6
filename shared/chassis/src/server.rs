//! The listeners of a service and everything that every service answers the same way.

mod handlers;
mod layers;
pub(crate) mod page;
mod paths;
mod running;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use actix_web::web;
use serde_json::Value;

use crate::auth::Sessions;
use crate::config::Listen;
use crate::database::Database;
use crate::health::Health;
use crate::json::Schemas;
use crate::metrics::Metrics;
use crate::rate::Rate;
use crate::renewal::Renewal;
use crate::shutdown::Shutdown;
use crate::tls::{self, Identity, TlsError};

pub use running::Running;

/// What a service is.
#[derive(Debug, Clone, Copy)]
pub struct Service {
    /// Its name in paths, cookies and logs: `enterprise-portal`.
    pub name: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// What it is for, in a sentence or two.
    pub about: &'static str,
    /// Its OpenAPI 3.1 document, JSON text.
    pub openapi: &'static str,
}

/// Which listener a route is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listener {
    /// Plain HTTP, for people and health checks.
    Public,
    /// Mutual TLS, for members' services; [`crate::auth::Peer`] tells which.
    Members,
}

/// Bounds on what a client may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of a request body, unless a route sets its own [`crate::json::BodyLimit`].
    pub body: usize,
    /// Time until an answer starts.
    pub time: Duration,
    /// Requests per address on the public listener.
    pub public: Rate,
    /// Requests per member on the mutual-TLS listener.
    pub members: Rate,
    /// Connections per worker thread.
    pub connections: usize,
    /// Worker threads per listener.
    pub workers: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: 1 << 20,
            time: Duration::from_secs(30),
            public: Rate { per_second: 200.0, burst: 1_000 },
            members: Rate { per_second: 5_000.0, burst: 10_000 },
            connections: 2_000,
            workers: std::thread::available_parallelism().map_or(2, |cores| cores.get().min(2)),
        }
    }
}

/// Why a service could not start; one line.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Another process listens there.
    #[error("{service} cannot listen on {address}: the port is taken")]
    PortTaken {
        /// The service.
        service: &'static str,
        /// The address.
        address: SocketAddr,
    },
    /// The address cannot be used for another reason.
    #[error("{service} cannot listen on {address}: {source}")]
    Listen {
        /// The service.
        service: &'static str,
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The identity for mutual TLS is unusable.
    #[error("{service} cannot use its TLS identity: {source}")]
    Tls {
        /// The service.
        service: &'static str,
        /// What is wrong.
        source: TlsError,
    },
    /// The service's own OpenAPI document is broken: an error of the program.
    #[error("{service} has an unusable OpenAPI document: {message}")]
    OpenApi {
        /// The service.
        service: &'static str,
        /// What is wrong.
        message: String,
    },
}

/// A service about to start.
pub struct Server {
    service: Service,
    health: Health,
    metrics: Vec<Metrics>,
    limits: Limits,
    sessions: Option<web::Data<Sessions>>,
    shutdown: Shutdown,
}

impl Server {
    /// A server with default limits.
    pub fn new(service: Service) -> Self {
        Self {
            service,
            health: Health::new(),
            metrics: Vec::new(),
            limits: Limits::default(),
            sessions: None,
            shutdown: Shutdown::new(),
        }
    }

    /// Makes readiness depend on the database and shows its metrics.
    #[must_use]
    pub fn database(mut self, database: &Database) -> Self {
        self.metrics.push(database.metrics().clone());
        let database = database.clone();
        self.health.check("database", move || {
            let database = database.clone();
            async move { database.ping().await }
        });
        self
    }

    /// Replaces the readiness checks and figures by the service's own; call it before [`Server::database`].
    #[must_use]
    pub fn health(mut self, health: Health) -> Self {
        self.health = health;
        self
    }

    /// Adds the service's own metrics.
    #[must_use]
    pub fn metrics(mut self, metrics: &Metrics) -> Self {
        self.metrics.push(metrics.clone());
        self
    }

    /// Replaces the limits.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Lets people sign in; the routes are [`crate::auth::routes`].
    #[must_use]
    pub fn sessions(mut self, sessions: Sessions) -> Self {
        self.sessions = Some(web::Data::new(sessions));
        self
    }

    /// The signal that ends streams when the server stops; give clones to the service's own jobs.
    pub fn shutdown(&self) -> Shutdown {
        self.shutdown.clone()
    }

    /// Starts listening. `routes` is called for each listener and adds what it serves; handlers find the state as
    /// `web::Data<D>`.
    ///
    /// # Errors
    ///
    /// [`StartError`], in one line naming the address or file.
    pub async fn start<D, R>(self, listen: &Listen, state: web::Data<D>, routes: R) -> Result<Running, StartError>
    where
        D: Send + Sync + 'static,
        R: Fn(&mut web::ServiceConfig, Listener) + Clone + Send + 'static,
    {
        tls::install_provider();
        let service = self.service.name;
        let document: Value = serde_json::from_str(self.service.openapi)
            .map_err(|error| StartError::OpenApi { service, message: error.to_string() })?;
        let schemas = Schemas::compile(&document).map_err(|message| StartError::OpenApi { service, message })?;
        let identity = match &listen.mutual_tls {
            Some(files) => {
                let unusable = |source| StartError::Tls { service, source };
                let identity = Identity::open(files).map_err(unusable)?;
                let config = tls::server(&identity).map_err(unusable)?;
                Some((bind(service, files.listen)?, config, identity))
            }
            None => None,
        };
        let public = bind(service, listen.http)?;
        let own = Metrics::new();
        let renewal = match &identity {
            Some((_, _, identity)) => {
                let renewal = Renewal::new(identity.clone(), own.clone());
                let renewal = renewal.map_err(|source| StartError::Tls { service, source })?;
                renewal.figures(&self.health);
                Some(renewal)
            }
            None => None,
        };
        let mut registries = self.metrics;
        registries.push(own.clone());
        let site = web::Data::new(Site {
            service: self.service,
            paths: paths::Paths::of(&document),
            reference: crate::reference::render(&self.service, &document),
            health: self.health,
            metrics: registries,
            requests: own,
            started: std::time::Instant::now(),
        });
        let shutdown = self.shutdown.clone();
        let shared = running::Shared {
            site,
            schemas: web::Data::new(schemas),
            sessions: self.sessions,
            limits: self.limits,
            shutdown: self.shutdown,
            state,
        };
        let mut running = running::start(shared, public, identity, routes)?;
        running.renewal = renewal.map(|renewal| renewal.start(shutdown));
        Ok(running)
    }
}

/// [`Server::start`] for a service that needs nothing beyond the basics.
///
/// # Errors
///
/// As [`Server::start`].
pub async fn start<D, R>(
    service: Service,
    listen: &Listen,
    state: web::Data<D>,
    routes: R,
) -> Result<Running, StartError>
where
    D: Send + Sync + 'static,
    R: Fn(&mut web::ServiceConfig, Listener) + Clone + Send + 'static,
{
    Server::new(service).start(listen, state, routes).await
}

/// What the common handlers know.
struct Site {
    service: Service,
    paths: paths::Paths,
    reference: String,
    health: Health,
    metrics: Vec<Metrics>,
    requests: Metrics,
    started: std::time::Instant,
}

/// A bound socket and the address it got.
struct Bound {
    socket: TcpListener,
    address: SocketAddr,
}

fn bind(service: &'static str, address: SocketAddr) -> Result<Bound, StartError> {
    let failed = |source: io::Error| match source.kind() {
        io::ErrorKind::AddrInUse => StartError::PortTaken { service, address },
        _ => StartError::Listen { service, address, source },
    };
    let socket = TcpListener::bind(address).map_err(failed)?;
    let address = socket.local_addr().map_err(failed)?;
    Ok(Bound { socket, address })
}
