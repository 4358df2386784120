use crate::config::Peer;
use crate::network::Network;
use obd_core::Instant;
use obd_core::client::{LinkError, REQUEST_LEN, Target};
use smoltcp::iface::{Config, Interface, SocketHandle, SocketSet, SocketStorage};
use smoltcp::socket::tcp::{Socket, SocketBuffer, State};
use smoltcp::wire::{EthernetAddress, HardwareAddress, IpAddress, IpCidr, Ipv4Address};

/// QEMU's user network: the guest, its gateway, which is the host.
const GUEST: Ipv4Address = Ipv4Address::new(10, 0, 2, 15);
const GATEWAY: Ipv4Address = Ipv4Address::new(10, 0, 2, 2);

/// One TCP connection at a time, served a little whenever the loop comes by.
pub(crate) struct Link<'a> {
    network: Network,
    interface: Interface,
    sockets: SocketSet<'a>,
    socket: SocketHandle,
    peer: Option<Target>,
    port: u16,
    request: [u8; REQUEST_LEN],
    len: usize,
    sent: usize,
    waiting: bool,
}

/// Memory of the sockets.
pub(crate) struct Buffers<'a> {
    pub(crate) receive: [u8; 2_048],
    pub(crate) send: [u8; 2_048],
    pub(crate) storage: [SocketStorage<'a>; 1],
}

impl<'a> Link<'a> {
    /// `port` is where local ports begin; it should differ from start to start.
    pub(crate) fn new(mut network: Network, buffers: &'a mut Buffers<'a>, now: Instant, port: u16) -> Self {
        let address = HardwareAddress::Ethernet(EthernetAddress(network.address()));
        let mut interface = Interface::new(Config::new(address), &mut network, time(now));
        interface.update_ip_addrs(|addresses| {
            // There is room for one.
            let _ = addresses.push(IpCidr::new(IpAddress::Ipv4(GUEST), 24));
        });
        let _ = interface.routes_mut().add_default_ipv4_route(GATEWAY);
        let mut sockets = SocketSet::new(&mut buffers.storage[..]);
        let socket = sockets.add(Socket::new(
            SocketBuffer::new(&mut buffers.receive[..]),
            SocketBuffer::new(&mut buffers.send[..]),
        ));
        Self {
            network,
            interface,
            sockets,
            socket,
            peer: None,
            port,
            request: [0; REQUEST_LEN],
            len: 0,
            sent: 0,
            waiting: false,
        }
    }

    /// Begins to send a request, over the open connection if it may be used again.
    pub(crate) fn send(&mut self, target: Target, peer: &Peer<'_>, fresh: bool, bytes: &[u8]) {
        let len = bytes.len().min(REQUEST_LEN);
        self.request[..len].copy_from_slice(&bytes[..len]);
        (self.len, self.sent, self.waiting) = (len, 0, true);
        let socket = self.sockets.get_mut::<Socket<'_>>(self.socket);
        if !fresh && self.peer == Some(target) && socket.state() == State::Established {
            return;
        }
        socket.abort();
        self.peer = Some(target);
        self.port = if self.port < 49_152 || self.port == u16::MAX { 49_152 } else { self.port + 1 };
        // A refusal shows as a socket that is not open.
        let _ =
            socket.connect(self.interface.context(), (IpAddress::Ipv4(peer.address), peer.port), self.port);
    }

    /// Serves the network, and gives what arrived to `receive`. An error ends the connection.
    pub(crate) fn poll(
        &mut self,
        now: Instant,
        mut receive: impl FnMut(&[u8]) -> bool,
    ) -> Result<(), LinkError> {
        self.interface.poll(time(now), &mut self.network, &mut self.sockets);
        if !self.waiting {
            return Ok(());
        }
        let socket = self.sockets.get_mut::<Socket<'_>>(self.socket);
        if socket.can_send() && self.sent < self.len {
            self.sent += socket.send_slice(&self.request[self.sent..self.len]).unwrap_or_default();
        }
        if socket.can_recv() {
            let whole = socket.recv(|bytes| (bytes.len(), receive(bytes))).unwrap_or_default();
            if whole {
                self.waiting = false;
                return Ok(());
            }
        }
        if !socket.may_recv() && !matches!(socket.state(), State::SynSent | State::SynReceived) {
            self.waiting = false;
            let connected = self.sent > 0;
            socket.abort();
            return Err(if connected { LinkError::Closed } else { LinkError::Unreachable });
        }
        Ok(())
    }
}

fn time(now: Instant) -> smoltcp::time::Instant {
    smoltcp::time::Instant::from_micros(now.as_micros().cast_signed())
}
