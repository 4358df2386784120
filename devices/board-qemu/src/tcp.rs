use crate::network::Network;
use obd_core::Instant;
use smoltcp::iface::{Config, Interface, SocketHandle, SocketSet, SocketStorage};
use smoltcp::socket::tcp::{Socket, SocketBuffer, State};
use smoltcp::wire::{EthernetAddress, HardwareAddress, IpAddress, IpCidr, Ipv4Address};

/// QEMU's user network: the guest, its gateway, which is the host.
const GUEST: Ipv4Address = Ipv4Address::new(10, 0, 2, 15);
const GATEWAY: Ipv4Address = Ipv4Address::new(10, 0, 2, 2);

/// The machine's network, and one TCP connection at a time over it.
pub(crate) struct Tcp<'a> {
    network: Network,
    interface: Interface,
    sockets: SocketSet<'a>,
    socket: SocketHandle,
    port: u16,
}

/// Memory of the sockets.
pub(crate) struct Buffers<'a> {
    receive: [u8; 2_048],
    send: [u8; 2_048],
    storage: [SocketStorage<'a>; 1],
}

impl Buffers<'_> {
    /// Empty.
    pub(crate) const fn new() -> Self {
        Self { receive: [0; 2_048], send: [0; 2_048], storage: [SocketStorage::EMPTY] }
    }
}

impl<'a> Tcp<'a> {
    /// `seed` differs from start to start: ports that the host may still remember are left out.
    pub(crate) fn new(mut network: Network, buffers: &'a mut Buffers<'a>, now: Instant, seed: u64) -> Self {
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
        let port = 49_152 + (seed % 16_000) as u16;
        Self { network, interface, sockets, socket, port }
    }

    /// Moves what there is to move.
    pub(crate) fn poll(&mut self, now: Instant) {
        self.interface.poll(time(now), &mut self.network, &mut self.sockets);
    }

    /// Ends the connection and begins another. That there is none, or that `host` is no address, shows as a
    /// socket that is not open.
    pub(crate) fn connect(&mut self, host: &str, port: u16) {
        self.port = if self.port < 49_152 || self.port == u16::MAX { 49_152 } else { self.port + 1 };
        let socket = self.sockets.get_mut::<Socket<'_>>(self.socket);
        socket.abort();
        if let Ok(address) = host.parse() {
            let _ = socket.connect(self.interface.context(), (IpAddress::Ipv4(address), port), self.port);
        }
    }

    /// The connection.
    pub(crate) fn socket(&mut self) -> &mut Socket<'a> {
        self.sockets.get_mut(self.socket)
    }

    /// Whether the connection is being opened.
    pub(crate) fn is_opening(&mut self) -> bool {
        matches!(self.socket().state(), State::SynSent | State::SynReceived)
    }

    /// Whether both sides may send.
    pub(crate) fn is_established(&mut self) -> bool {
        self.socket().state() == State::Established
    }
}

fn time(now: Instant) -> smoltcp::time::Instant {
    smoltcp::time::Instant::from_micros(now.as_micros().cast_signed())
}
