"""What generated forces are made of: capabilities, what stands in for what, places, conditions."""

from __future__ import annotations

from typing import NamedTuple


class Kind(NamedTuple):
    """A capability: its role, people in a unit, and whether nations have many such units."""

    code: str
    role: str
    people: int
    mass: bool = False


ROLES = ("land", "air", "sea", "training", "hub")

# The capabilities of the shipped case.
CORE = (
    Kind("infantry_battalion", "land", 750, mass=True),
    Kind("mech_battalion", "land", 850),
    Kind("infantry_company", "land", 140, mass=True),
    Kind("brigade_hq", "land", 350),
    Kind("recce_company", "land", 120),
    Kind("engineer_company", "land", 150, mass=True),
    Kind("eod_company", "land", 100),
    Kind("role2_hospital", "land", 100),
    Kind("logistics_company", "land", 170, mass=True),
    Kind("artillery_battery", "land", 130),
    Kind("rocket_battery", "land", 120),
    Kind("counter_drone", "land", 45, mass=True),
    Kind("fighter_detachment", "air", 150),
    Kind("tanker_detachment", "air", 60),
    Kind("early_warning_aircraft", "air", 80),
    Kind("air_defence_battery", "air", 120),
    Kind("airlift_detachment", "air", 60),
    Kind("radar_section", "air", 40),
    Kind("mcm_vessel", "sea", 45),
    Kind("mcm_command_ship", "sea", 90),
    Kind("patrol_ship", "sea", 60),
    Kind("maritime_patrol_aircraft", "sea", 50),
    Kind("mine_divers", "sea", 20),
    Kind("infantry_instructors", "training", 35, mass=True),
    Kind("leadership_instructors", "training", 30),
    Kind("engineer_instructors", "training", 25),
    Kind("medical_instructors", "training", 20),
    Kind("air_defence_instructors", "training", 25),
    Kind("maritime_instructors", "training", 25),
    Kind("training_support", "training", 50),
    Kind("hq_staff", "hub", 10, mass=True),
    Kind("hub_detachment", "hub", 240),
    Kind("movement_control", "hub", 35),
    Kind("port_airfield_logistics", "hub", 80),
    Kind("monitoring_cell", "hub", 30),
    Kind("monitoring_drones", "hub", 45),
    Kind("imagery_cell", "hub", 25),
    Kind("observer_team", "hub", 20, mass=True),
)

# What a larger force has besides.
FURTHER = (
    Kind("tank_company", "land", 90),
    Kind("air_assault_company", "land", 130),
    Kind("military_police_company", "land", 110),
    Kind("signals_company", "land", 120),
    Kind("maintenance_company", "land", 140, mass=True),
    Kind("cbrn_company", "land", 100),
    Kind("bridging_company", "land", 120),
    Kind("transport_company", "land", 150, mass=True),
    Kind("helicopter_flight", "air", 80),
    Kind("medevac_flight", "air", 45),
    Kind("drone_squadron", "air", 90),
    Kind("point_defence_battery", "air", 100),
    Kind("frigate", "sea", 170),
    Kind("corvette", "sea", 90),
    Kind("survey_ship", "sea", 50),
    Kind("harbour_protection", "sea", 40),
    Kind("artillery_instructors", "training", 25),
    Kind("signals_instructors", "training", 20),
    Kind("logistics_instructors", "training", 20),
    Kind("pilot_instructors", "training", 30),
    Kind("liaison_team", "hub", 10, mass=True),
    Kind("fuel_section", "hub", 40),
    Kind("cyber_team", "hub", 20),
    Kind("repair_cell", "hub", 35),
)

# (offered, serves, rate); the first fifteen are those of the shipped case.
SUBSTITUTIONS = (
    ("mech_battalion", "infantry_battalion", 1.0),
    ("infantry_battalion", "mech_battalion", 0.5),
    ("air_defence_battery", "counter_drone", 1.0),
    ("monitoring_drones", "recce_company", 0.5),
    ("patrol_ship", "mcm_command_ship", 0.5),
    ("leadership_instructors", "infantry_instructors", 1.0),
    ("infantry_instructors", "leadership_instructors", 0.5),
    ("eod_company", "engineer_instructors", 1.0),
    ("role2_hospital", "medical_instructors", 1.0),
    ("air_defence_battery", "air_defence_instructors", 1.0),
    ("mine_divers", "maritime_instructors", 0.5),
    ("logistics_company", "port_airfield_logistics", 0.5),
    ("recce_company", "monitoring_drones", 1.0),
    ("infantry_company", "observer_team", 1.0),
    ("recce_company", "observer_team", 1.0),
    ("air_assault_company", "infantry_company", 1.0),
    ("transport_company", "logistics_company", 0.5),
    ("corvette", "patrol_ship", 1.0),
    ("frigate", "corvette", 1.0),
    ("point_defence_battery", "counter_drone", 1.0),
    ("drone_squadron", "monitoring_drones", 1.0),
    ("artillery_battery", "artillery_instructors", 0.5),
)

INSIDE = ("west", "capital", "centre", "coast", "line_belt")  # within the theatre
REAR = ("rear_north", "rear_south", "rear_west", "rear_port", "rear_air")
SEATS = ("seat_one", "seat_two")
AREAS: dict[str, dict[str, str]] = {
    "theatre": {},
    **{code: {"within": "theatre"} for code in INSIDE},
    "sea": {},
    **{code: {} for code in (*REAR, *SEATS)},
}

# By role: own areas of its lines, share of lines served from elsewhere too, most such areas.
PLACES: dict[str, tuple[tuple[str, ...], float, int]] = {
    "land": (("west", "west", "capital", "centre", "coast"), 0.2, 1),
    "air": (("west", "coast", "capital", "rear_air", "rear_air"), 0.75, 2),
    "sea": (("sea", "sea", "sea", "coast", "rear_port"), 0.4, 3),
    "training": (("west", "west", "capital", "coast", "rear_north"), 1.0, 5),
    "hub": (("capital", "west", "rear_north", "rear_south", "centre", "line_belt"), 0.4, 3),
}

CONDITIONS = (
    "backstop",
    "monitoring_lead",
    "status_agreement",
    "clear_mandate",
    "collective_mandate",
    "wider_mandate",
    "passage",
    "both_agree",
    "equal_sharing",
    "equal_guarantee",
)
