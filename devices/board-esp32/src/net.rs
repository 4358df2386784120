//! Wi-Fi as a station, and the IP stack on it: DHCP for IPv4, router advertisements for IPv6.

use crate::shared::Shared;
use crate::start::now;
use embassy_executor::Spawner;
use embassy_net::dns::DnsQueryType;
use embassy_net::tcp::TcpSocket;
use embassy_net::{Config, ConfigV6, DhcpConfig, IpAddress, Runner, Stack, StackResources};
use embassy_time::{Duration, Timer, with_timeout};
use esp_hal::peripherals::WIFI;
use esp_hal::rng::Rng;
use esp_radio::wifi::sta::StationConfig;
use esp_radio::wifi::{
    AuthenticationMethodConfig, Config as WifiConfig, Interface, Password, Ssid, WifiController,
};
use obd_core::power::Radio;
use obd_core::provision::Settings;
use static_cell::StaticCell;

/// DHCP, DNS and two connections.
static RESOURCES: StaticCell<StackResources<4>> = StaticCell::new();

/// Between two looks whether the radio may try.
const LOOK: Duration = Duration::from_secs(1);

/// How long a connection may say nothing.
const SILENCE: Duration = Duration::from_secs(30);

/// Starts the radio and the stack; they run in tasks of their own. None when the chip has no radio to give or
/// the network's name cannot be one.
pub(crate) fn start(
    spawner: Spawner,
    wifi: WIFI<'static>,
    settings: &Settings,
    shared: &'static Shared,
) -> Option<Stack<'static>> {
    let mut station = StationConfig::default().with_ssid(Ssid::try_from(settings.network.as_bytes()).ok()?);
    station = station.with_authentication(match settings.passphrase.as_str()? {
        "" => AuthenticationMethodConfig::Open,
        passphrase => AuthenticationMethodConfig::Wpa2Personal(Password::try_from(passphrase).ok()?),
    });
    let mut controller = WifiController::new(wifi, Default::default()).ok()?;
    controller.set_config(&WifiConfig::Station(station)).ok()?;

    let mut config = Config::dhcpv4(DhcpConfig::default());
    config.ipv6 = ConfigV6::Slaac;
    let rng = Rng::new();
    let seed = u64::from(rng.random()) << 32 | u64::from(rng.random());
    let resources = RESOURCES.init(StackResources::new());
    let (stack, runner) = embassy_net::new(Interface::try_station()?, config, resources, seed);
    spawner.spawn(run(runner).ok()?);
    spawner.spawn(join(controller, shared).ok()?);
    Some(stack)
}

/// The addresses of a host, IPv6 first.
pub async fn resolve(stack: Stack<'_>, host: &str) -> Option<IpAddress> {
    for kind in [DnsQueryType::Aaaa, DnsQueryType::A] {
        if let Ok(addresses) = stack.dns_query(host, kind).await
            && let Some(address) = addresses.first()
        {
            return Some(*address);
        }
    }
    None
}

/// A connection to a host, over IPv6 where it has such an address.
pub async fn connect<'a>(
    stack: Stack<'a>,
    host: &str,
    port: u16,
    buffers: &'a mut Buffers,
) -> Option<TcpSocket<'a>> {
    let address = resolve(stack, host).await?;
    let mut socket = TcpSocket::new(stack, &mut buffers.receive, &mut buffers.send);
    socket.set_timeout(Some(SILENCE));
    socket.connect((address, port)).await.ok()?;
    Some(socket)
}

/// The windows of one connection.
pub struct Buffers {
    receive: [u8; 2048],
    send: [u8; 2048],
}

impl Buffers {
    /// Empty.
    pub const fn new() -> Self {
        Self { receive: [0; 2048], send: [0; 2048] }
    }
}

impl Default for Buffers {
    fn default() -> Self {
        Self::new()
    }
}

#[embassy_executor::task]
async fn run(mut runner: Runner<'static, Interface>) {
    runner.run().await
}

/// Joins the network, and again when it is lost, as often as a driven or a parked car may.
#[embassy_executor::task]
async fn join(mut controller: WifiController<'static>, shared: &'static Shared) {
    let random = Rng::new();
    let longest = Duration::from_micros(Radio::TRY.as_micros());
    loop {
        let mut radio = shared.radio.get();
        let may = radio.may_try(now(), shared.parked.get());
        shared.radio.set(radio);
        if !may {
            Timer::after(LOOK).await;
            continue;
        }
        let joined = matches!(with_timeout(longest, controller.connect_async()).await, Ok(Ok(_)));
        if joined {
            radio.succeeded(now());
        } else {
            radio.failed(now(), random.random().to_le_bytes()[0]);
        }
        shared.radio.set(radio);
        if joined {
            shared.online.set(true);
            let _ = controller.wait_for_disconnect_async().await;
            shared.online.set(false);
            // A network that takes and drops the device is not asked in a circle.
            Timer::after(LOOK).await;
        }
    }
}
