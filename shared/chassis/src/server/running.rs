//! The two listeners as actix servers, and their end.

use std::any::Any;
use std::net::SocketAddr;
use std::time::Instant;

use actix_web::dev::{Extensions, ServerHandle};
use actix_web::middleware::from_fn;
use actix_web::{App, HttpServer, web};
use rustls::ServerConfig;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::{Bound, Limits, Listener, Site, StartError, handlers, layers};
use crate::auth::{PeerCertificate, Sessions};
use crate::ca::Details;
use crate::json::{BodyLimit, Schemas};
use crate::rate::Limiter;
use crate::renewal::{CertificateStatus, Renewal};
use crate::shutdown::Shutdown;
use crate::tls::Identity;

/// Seconds that requests under way get when the server stops.
const PATIENCE: u64 = 10;

/// A service that is listening. Dropping it does not stop it; [`Running::stop`] does.
pub struct Running {
    /// Where the public listener is.
    pub http: SocketAddr,
    /// Where the mutual-TLS listener is, if there is one.
    pub mutual_tls: Option<SocketAddr>,
    shutdown: Shutdown,
    servers: Vec<(ServerHandle, JoinHandle<std::io::Result<()>>)>,
    pub(super) renewal: Option<Renewal>,
}

impl Running {
    /// How the service's certificate is doing, if it has one.
    pub fn certificate(&self) -> Option<watch::Receiver<CertificateStatus>> {
        self.renewal.as_ref().map(Renewal::status)
    }

    /// The signal that [`Running::stop`] gives.
    pub fn shutdown(&self) -> Shutdown {
        self.shutdown.clone()
    }

    /// Stops accepting, ends streams, waits for requests under way, and returns when all is closed.
    pub async fn stop(self) {
        self.shutdown.trigger();
        futures::future::join_all(self.servers.iter().map(|(handle, _)| handle.stop(true))).await;
        for (_, task) in self.servers {
            match task.await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::error!(%error, "a listener ended with an error"),
                Err(error) => tracing::error!(%error, "a listener was interrupted"),
            }
        }
        if let Some(renewal) = self.renewal {
            renewal.end().await;
        }
    }
}

/// What both listeners share.
pub(super) struct Shared<D> {
    pub(super) site: web::Data<Site>,
    pub(super) schemas: web::Data<Schemas>,
    pub(super) sessions: Option<web::Data<Sessions>>,
    pub(super) limits: Limits,
    pub(super) shutdown: Shutdown,
    pub(super) state: web::Data<D>,
}

impl<D> Clone for Shared<D> {
    fn clone(&self) -> Self {
        Self {
            site: self.site.clone(),
            schemas: self.schemas.clone(),
            sessions: self.sessions.clone(),
            limits: self.limits,
            shutdown: self.shutdown.clone(),
            state: self.state.clone(),
        }
    }
}

pub(super) fn start<D, R>(
    shared: Shared<D>,
    public: Bound,
    members: Option<(Bound, ServerConfig, Identity)>,
    routes: R,
) -> Result<Running, StartError>
where
    D: Send + Sync + 'static,
    R: Fn(&mut web::ServiceConfig, Listener) + Clone + Send + 'static,
{
    let mut running = Running {
        http: public.address,
        mutual_tls: None,
        shutdown: shared.shutdown.clone(),
        servers: Vec::new(),
        renewal: None,
    };
    let service = shared.site.service.name;
    if let Some((bound, tls, identity)) = members {
        let address = bound.address;
        let failed = |source| StartError::Listen { service, address, source };
        running
            .servers
            .push(serve(&shared, bound, Listener::Members, Some((tls, identity)), routes.clone()).map_err(failed)?);
        running.mutual_tls = Some(address);
    }
    let address = public.address;
    let failed = |source| StartError::Listen { service, address, source };
    running.servers.push(serve(&shared, public, Listener::Public, None, routes).map_err(failed)?);
    tracing::info!(service, http = %running.http, mutual_tls = ?running.mutual_tls, "listening");
    Ok(running)
}

fn serve<D, R>(
    shared: &Shared<D>,
    bound: Bound,
    listener: Listener,
    tls: Option<(ServerConfig, Identity)>,
    routes: R,
) -> std::io::Result<(ServerHandle, JoinHandle<std::io::Result<()>>)>
where
    D: Send + Sync + 'static,
    R: Fn(&mut web::ServiceConfig, Listener) + Clone + Send + 'static,
{
    let limits = shared.limits;
    let rate = if listener == Listener::Public { limits.public } else { limits.members };
    let (tls, identity) = tls.unzip();
    let limiter = web::Data::new(layers::Gate { limiter: Limiter::new(rate), time: limits.time, identity });
    let shared = shared.clone();
    let factory = move || {
        let routes = routes.clone();
        let sessions = shared.sessions.clone();
        App::new()
            .app_data(shared.site.clone())
            .app_data(shared.schemas.clone())
            .app_data(shared.state.clone())
            .app_data(limiter.clone())
            .app_data(web::Data::new(shared.shutdown.clone()))
            .app_data(BodyLimit(limits.body))
            .app_data(web::PayloadConfig::new(limits.body))
            .app_data(layers::path_errors())
            .app_data(layers::query_errors())
            .app_data(layers::json_errors(limits.body))
            .wrap(from_fn(layers::gate))
            .wrap(from_fn(layers::observe))
            .configure(move |config| {
                if let Some(sessions) = sessions {
                    config.app_data(sessions);
                }
                handlers::routes(config);
                routes(config, listener);
            })
            .default_service(web::to(handlers::nothing_here))
    };
    let server = HttpServer::new(factory)
        .workers(limits.workers)
        .max_connections(limits.connections)
        .client_request_timeout(limits.time)
        .shutdown_timeout(PATIENCE)
        .disable_signals()
        .on_connect(remember_peer);
    let server = match tls {
        Some(tls) => server.listen_rustls_0_23(bound.socket, tls)?,
        None => server.listen(bound.socket)?,
    };
    let server = server.run();
    Ok((server.handle(), tokio::spawn(server)))
}

/// Keeps what the client's certificate says with the connection.
fn remember_peer(connection: &dyn Any, data: &mut Extensions) {
    type Stream = actix_tls::accept::rustls_0_23::TlsStream<tokio::net::TcpStream>;
    let Some(stream) = connection.downcast_ref::<Stream>() else { return };
    let (_, tls) = stream.get_ref();
    let certificate = tls.peer_certificates().and_then(|chain| chain.first());
    data.insert(layers::Since(Instant::now()));
    if let Some(details) = certificate.and_then(|certificate| Details::of(certificate)) {
        data.insert(PeerCertificate(details));
    }
}
