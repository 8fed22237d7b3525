"""The vendors the simulator can speak as, by name."""

from collections.abc import Mapping
from types import MappingProxyType

from device_sim.vendor import Vendor
from device_sim.vendors.acrel_adw300 import AcrelAdw300
from device_sim.vendors.cjt188_meter import Cjt188HeatMeter, Cjt188Meter
from device_sim.vendors.cn_factory_edgelogger import CnFactoryEdgelogger
from device_sim.vendors.dlt645_gateway_ivy import Dlt645GatewayIvy
from device_sim.vendors.dlt645_meter import Dlt645Meter
from device_sim.vendors.emonhub_emontx import EmonhubEmontx
from device_sim.vendors.esphome import Esphome
from device_sim.vendors.evcc import Evcc
from device_sim.vendors.gb32960_terminal import Gb32960Terminal
from device_sim.vendors.hildebrand_glow import HildebrandGlow
from device_sim.vendors.jt808_terminal import Jt808Terminal
from device_sim.vendors.native import Native
from device_sim.vendors.ovms_v3_mqtt import OvmsV3Mqtt
from device_sim.vendors.senml import SenML
from device_sim.vendors.shelly_gen2 import ShellyGen2
from device_sim.vendors.sparkplug_edge import SparkplugB
from device_sim.vendors.tasmota import Tasmota
from device_sim.vendors.teslamate_mqtt import TeslamateMqtt
from device_sim.vendors.thingsboard_gateway import ThingsboardGateway
from device_sim.vendors.victron_venus import VictronVenus
from device_sim.vendors.zigbee2mqtt import Zigbee2mqtt

_ALL: tuple[Vendor, ...] = (
    Native(),
    AcrelAdw300(),
    Cjt188Meter(),
    Cjt188HeatMeter(),
    CnFactoryEdgelogger(),
    Dlt645GatewayIvy(),
    Dlt645Meter(),
    EmonhubEmontx(),
    Esphome(),
    Evcc(),
    Gb32960Terminal(),
    HildebrandGlow(),
    Jt808Terminal(),
    OvmsV3Mqtt(),
    SenML(),
    ShellyGen2(),
    SparkplugB(),
    Tasmota(),
    TeslamateMqtt(),
    ThingsboardGateway(),
    VictronVenus(),
    Zigbee2mqtt(),
)
_HEAT = "cjt188_heat"
VENDORS: Mapping[str, Vendor] = MappingProxyType(
    {_HEAT if isinstance(vendor, Cjt188HeatMeter) else vendor.name: vendor for vendor in _ALL}
)
