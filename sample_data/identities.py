"""Who the invented firms are: industries and places of the city, names and credit codes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from draws import Column, Columns, Ints, Rng, chance, pick
from numpy.typing import NDArray

NO_CARRIER = 0.55  # assumed


@dataclass(frozen=True)
class Industry:
    """One industry of the city. Weights, factors and sales per head are assumed.

    Codes are of the lowest level of the national catalogue; districts follow 呼政办字〔2021〕7号.
    """

    name: str
    weight: float
    words: tuple[str, ...]
    codes: tuple[str, ...]
    districts: tuple[str, ...]
    intensity: float
    st_share: float
    sales_per_head: float


ZONE, NEW_AREA = "经济技术开发区", "和林格尔新区"
TOWN = ("新城区", "回民区", "玉泉区", "赛罕区")
INDUSTRIES = (
    Industry("软件", 0.27, ("软件", "信息技术", "智联科技"),
             ("10109", "10110", "10111", "10106", "10108", "10112"),
             ("赛罕区", "赛罕区", "新城区", "回民区", ZONE), 1.20, 1.50, 4.5e5),
    Industry("研发与检测服务", 0.16, ("检测技术", "科技服务", "研发服务"),
             ("50101", "50201", "50102", "504"), ("赛罕区", "新城区", "玉泉区", ZONE),
             1.10, 1.30, 4.0e5),
    Industry("装备制造", 0.10, ("装备制造", "智能装备", "农牧机械"),
             ("80402", "80503", "80603", "20704", "80302"),
             (ZONE, "土默特左旗", "托克托县", "武川县"), 0.95, 0.85, 8.0e5),
    Industry("新材料", 0.08, ("新材料", "复合材料", "精细化工"),
             ("40102", "40103", "40304", "40504", "40205"),
             ("赛罕区", "托克托县", "清水河县", ZONE), 0.95, 0.85, 1.0e6),
    Industry("乳业", 0.08, ("乳品科技", "乳业科技", "乳制品"), ("20605", "20602", "20606"),
             ("土默特左旗", "和林格尔县"), 0.90, 0.75, 1.1e6),
    Industry("数据中心", 0.07, ("云计算", "数据服务", "算力科技"), ("50301", "50302", "50303"),
             (NEW_AREA, "和林格尔县", "赛罕区"), 1.00, 1.20, 9.0e5),
    Industry("生物发酵", 0.06, ("生物科技", "发酵技术", "酶制剂"), ("20602", "20601", "20603"),
             ("托克托县", ZONE), 1.00, 0.90, 9.0e5),
    Industry("草种业", 0.05, ("草业科技", "种业", "生态科技"), ("20701", "706"),
             ("新城区", "和林格尔县", "清水河县"), 0.95, 0.85, 6.0e5),
    Industry("光伏材料", 0.05, ("光伏材料", "硅材料", "新能源科技"), ("60101", "40106", "40204"),
             ("赛罕区", "土默特左旗", ZONE), 0.90, 0.85, 1.3e6),
    Industry("兽用疫苗", 0.03, ("生物制品", "动物保健", "疫苗科技"), ("20703",),
             (ZONE,), 1.15, 1.15, 8.0e5),
    Industry("干细胞与诊断", 0.03, ("生物医学", "诊断技术", "细胞科技"),
             ("20102", "20103", "20504"), (ZONE, "赛罕区", "新城区"), 1.35, 1.45, 5.0e5),
    Industry("肉羊良种繁育", 0.02, ("良种繁育", "牧业科技", "育种科技"), ("20702",),
             (NEW_AREA, "武川县", "清水河县"), 0.95, 0.80, 6.0e5),
)  # fmt: skip

#: Rare syllables, three to a name; none is part of a known brand.
SYLLABLES = tuple("朔岱漠岚澈苒霁珞垚峤砚昶翊煊沐泓渌溱颢旻晞蔚穹隽骐骁苜荻蕴榆")
CARRIERS = {  # invented, like the firms
    "新城区": ("岚桥众创空间", "霁川孵化器"),
    "回民区": ("砚台众创空间",),
    "玉泉区": ("泓泉孵化器",),
    "赛罕区": ("澈野孵化器", "穹庐软件园", "翊起加速器"),
    "土默特左旗": ("苜野食品科创园",),
    "托克托县": ("渌河生物科技园",),
    "和林格尔县": ("荻原加速器",),
    "清水河县": ("峤谷众创空间",),
    "武川县": ("榆塬众创空间",),
    ZONE: ("岱北科创园", "骐骥加速器", "珞云孵化器"),
    NEW_AREA: ("旻云大数据产业园", "颢原种业园"),
}

# --- credit codes ---------------------------------------------------------------------------------
CODE_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100
CODE_WEIGHTS = np.array([1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28])
BODY_WEIGHTS = np.array([3, 7, 9, 10, 5, 8, 4, 2])  # GB 11714, of the nine characters inside
BODY_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CODE_HEAD, CITY, INVENTED = "91", "150100", "XN"  # XN: not known to be given out
REGIONS = {"新城区": "150102", "回民区": "150103", "玉泉区": "150104", "赛罕区": "150105"}
SERIAL_PLACES, SERIAL_STEP = 6, 387_420_489  # a step coprime to 31 visits every serial once


# --- who the firm is ------------------------------------------------------------------------------


def identity(rng: Rng, industry: Ints, seed: int, first: int) -> Columns:
    """Credit code, name, district, carrier, industry and technical field."""
    rows = len(industry)
    district = pick(rng, [each.districts for each in INDUSTRIES], industry)
    home = np.searchsorted(np.array(sorted(CARRIERS)), district.astype(str))
    carrier = pick(rng, [CARRIERS[name] for name in sorted(CARRIERS)], home)
    carrier[chance(rng, NO_CARRIER, rows)] = None
    syllables = np.array(SYLLABLES, dtype=object)
    places = rng.permuted(np.tile(np.arange(len(SYLLABLES), dtype=np.int8), (rows, 1)), axis=1)
    word = syllables[places[:, 0]] + syllables[places[:, 1]] + syllables[places[:, 2]]
    trade = pick(rng, [each.words for each in INDUSTRIES], industry)
    code = pick(rng, [each.codes for each in INDUSTRIES], industry)
    return {
        "uscc": credit_codes(district, seed, first),
        "name": "呼和浩特市" + word + trade + "有限公司",
        "district": district,
        "carrier": carrier,
        "industry": np.array([each.name for each in INDUSTRIES], dtype=object)[industry],
        "technical_field_code": code,
    }


def credit_codes(district: Column, seed: int, first: int) -> Column:
    """Credit codes valid under GB 32100 and GB 11714, no two alike within a seed."""
    rows = len(district)
    regions, which = np.unique(district.astype(str), return_inverse=True)
    heads = [CODE_HEAD + REGIONS.get(name, CITY) + INVENTED for name in regions]
    serials = (np.arange(first, first + rows) + 7919 * seed) * SERIAL_STEP
    places = [serials // 31**place % 31 for place in reversed(range(SERIAL_PLACES))]
    letters = np.frombuffer(CODE_LETTERS.encode(), dtype=np.uint8)
    head = np.array([list(text.encode()) for text in heads], dtype=np.uint8)[which]
    text = np.concatenate([head, letters[np.stack(places, axis=1)]], axis=1)
    text = np.concatenate([text, body_check(text[:, 8:])[:, None]], axis=1)
    values = np.zeros(256, dtype=np.int64)
    values[letters] = np.arange(31)
    check = (31 - values[text] @ CODE_WEIGHTS) % 31
    text = np.concatenate([text, letters[check][:, None]], axis=1)
    codes: Column = np.ascontiguousarray(text).view("S18").ravel().astype("U18").astype(object)
    return codes


def body_check(text: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The check character of the nine inside, from the first eight."""
    values = np.zeros(256, dtype=np.int64)
    values[np.frombuffer(BODY_LETTERS.encode(), dtype=np.uint8)] = np.arange(36)
    checks = np.frombuffer(b"0123456789X", dtype=np.uint8)
    check: NDArray[np.uint8] = checks[(11 - values[text] @ BODY_WEIGHTS % 11) % 11]
    return check
