"""The meters of a building: one main meter, its branches, the piles below them, and other media."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from device_sim.building_load import BuildingLoad
from device_sim.building_use import building_uses
from device_sim.climate import Climate
from device_sim.estate import Building
from device_sim.meters import (
    ElectricityMeter,
    ExportMeter,
    FlowMeter,
    HeatMeter,
    MainMeter,
    MeterModel,
    initial_reading,
)
from device_sim.vehicle import Vehicle
from domain.registry import DeviceKind, Medium, Meter, MeterRole

EV_CHARGING = "ev_charging"
_ITEMS = {
    "lighting_sockets": ("照明插座", "lighting and sockets"),
    "hvac": ("空调", "HVAC"),
    "power": ("动力", "lifts and pumps"),
    "special": ("特殊用电", "special equipment"),
    EV_CHARGING: ("充电桩", "vehicle charging"),
}


@dataclass(frozen=True)
class MeterPoint:
    """A meter of the registry, the class of device that hangs there, and what it reads."""

    meter: Meter
    kind: DeviceKind
    model: MeterModel


def meter_points(
    building: Building, load: BuildingLoad, piles: Sequence[Vehicle], climate: Climate, seed: int
) -> Iterator[MeterPoint]:
    """Every meter of a building, each after the one above it; each vehicle has its own pile."""
    yield from _electricity(building, load, piles, seed)
    if building.water:
        yield _flow(building, load, Medium.WATER, ("自来水总表", "water main meter"), seed)
    if building.gas_m3h:
        yield _flow(building, load, Medium.GAS, ("燃气总表", "gas main meter"), seed)
    if building.heat and climate.heating:
        names = _names(building, ("供热总表", "heat main meter"))
        code = f"{building.code}-h"
        meter = Meter(code, building.code, Medium.HEAT, MeterRole.MAIN, None, *names)
        full_kw = building.area_m2 * building_uses()[building.use].heat_wm2 / 1000.0
        model = HeatMeter(load, full_kw, initial_reading(seed, code, 9000.0))
        yield MeterPoint(meter, DeviceKind.HEAT_METER, model)


def _electricity(
    building: Building, load: BuildingLoad, piles: Sequence[Vehicle], seed: int
) -> Iterator[MeterPoint]:
    main = f"{building.code}-e"

    def point(
        code: str,
        role: MeterRole,
        parent: str,
        item: str,
        names: tuple[str, str],
        model: MeterModel,
    ) -> MeterPoint:
        meter = Meter(
            code, building.code, Medium.ELECTRICITY, role, parent, *_names(building, names), item
        )
        return MeterPoint(meter, DeviceKind.ELECTRICITY_METER, model)

    bought = "bought" if building.pv_kw else "electricity"
    total = ElectricityMeter(load, bought, piles, initial_reading(seed, main, 900_000.0))
    kvarh = initial_reading(seed, f"{main}/reactive", 300_000.0)
    names = _names(building, ("用电总表", "electricity main meter"))
    yield MeterPoint(
        Meter(main, building.code, Medium.ELECTRICITY, MeterRole.MAIN, None, *names),
        DeviceKind.ELECTRICITY_METER,
        MainMeter(total, load, kvarh, seed, main),
    )
    for item in building.items:
        code = f"{main}-{item.replace('_', '-')}"
        model = ElectricityMeter(load, item, (), initial_reading(seed, code, 200_000.0))
        yield point(code, MeterRole.BRANCH, main, item, _ITEMS[item], model)
    if building.pv_kw:
        yield from _plant(building, load, main, seed)
    if not piles:
        return
    branch = f"{main}-ev"
    model = ElectricityMeter(None, "", piles, initial_reading(seed, branch, 20_000.0))
    yield point(branch, MeterRole.BRANCH, main, EV_CHARGING, _ITEMS[EV_CHARGING], model)
    for vehicle in piles:
        code = f"{branch}-{vehicle.number:02}"
        pile = ElectricityMeter(None, "", (vehicle,), initial_reading(seed, code, 9_000.0))
        pile_names = (f"{vehicle.number:02}号充电桩", f"charging pile {vehicle.number:02}")
        yield point(code, MeterRole.SUB, branch, EV_CHARGING, pile_names, pile)


def _plant(building: Building, load: BuildingLoad, main: str, seed: int) -> Iterator[MeterPoint]:
    """What a PV plant behind the main meter makes, and what of it leaves through that meter."""
    pv, fed_in = f"{main}-pv", f"{main}-fed-in"
    names = _names(building, ("光伏发电表", "PV meter"))
    yield MeterPoint(
        Meter(pv, building.code, Medium.ELECTRICITY, MeterRole.PV, main, *names),
        DeviceKind.ELECTRICITY_METER,
        ElectricityMeter(load, "pv", (), initial_reading(seed, pv, 60_000.0)),
    )
    names = _names(building, ("上网电量表", "feed-in meter"))
    export = Meter(
        fed_in,
        building.code,
        Medium.ELECTRICITY,
        MeterRole.FED_IN,
        main,
        *names,
        quantity="active_energy_export_kwh",
    )
    model = ExportMeter(load, initial_reading(seed, fed_in, 9_000.0))
    yield MeterPoint(export, DeviceKind.ELECTRICITY_METER, model)


def _flow(
    building: Building, load: BuildingLoad, medium: Medium, names: tuple[str, str], seed: int
) -> MeterPoint:
    code = f"{building.code}-{medium.value[0]}"
    meter = Meter(code, building.code, medium, MeterRole.MAIN, None, *_names(building, names))
    kind = DeviceKind.WATER_METER if medium is Medium.WATER else DeviceKind.GAS_METER
    model = FlowMeter(load, medium.value, initial_reading(seed, code, 60_000.0))
    return MeterPoint(meter, kind, model)


def _names(building: Building, what: tuple[str, str]) -> tuple[str, str]:
    return f"{building.name_zh}{what[0]}", f"{building.name_en}, {what[1]}"
