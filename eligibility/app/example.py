"""An invented firm to look at, as texts that a person could have typed; amounts in 万元."""

from __future__ import annotations

from datetime import date

from eligibility.app.drafts import Draft


def example(today: date) -> Draft:
    """A software firm that meets every condition but awaits the experts' ratings.

    It is stored only once something of it is changed.
    """
    latest = today.year - 1
    years = {1: latest - 2, 2: latest - 1, 3: latest}
    facts = {
        "name": "示例软件有限公司",
        "registered_on": f"{today.year - 6}-03-18",
        "application_date": today.isoformat(),
        "district": "赛罕区",
        "industry": "软件和信息技术服务业",
        "technical_field_code": "10101",
        "sales_revenue_y1": "2,680",
        "sales_revenue_y2": "3,150",
        "sales_revenue_y3": "3,890.5",
        "net_assets_y1": "1,120",
        "net_assets_y2": "1,390",
        "net_assets_y3": "1,765",
        "gross_income_y3": "3,962",
        "non_taxable_income_y3": "40",
        "major_violation": "no",
        "ip_core_support": "yes",
        "staff_total": "140",
        "st_staff": "16",
        "ip_advancement_rating": "B",
        "management_system": "5",
        "management_talent": "3",
    }
    rights = [
        ("一种数据清洗方法", "发明专利"),
        *((f"管理软件 V{n}.0", "软著") for n in range(1, 7)),
    ]
    ip = [
        {
            "name": name,
            "class": group,
            "granted_on": f"{latest - 1}-0{place}-15",
            "status": "有效",
            "owner": "本企业",
            "acquired": "自主研发",
            "used": "否",
        }
        for place, (name, group) in enumerate(rights, 1)
    ]
    costs = {
        1: ("116", "22", "9", "4", "3", "6", "8"),
        2: ("139", "26.5", "11", "5", "4", "7", "9"),
        3: ("170", "32", "13", "6", "5", "9", "11"),
    }
    names = ("personnel", "direct", "depreciation", "amortization", "design", "trial", "other")
    activity = [
        {"name": f"RD{place:02d}", "year": str(years[place])}
        | {f"rd_{name}": amount for name, amount in zip(names, amounts, strict=True)}
        | {"rd_outsourced_domestic": "0", "rd_outsourced_overseas": "0"}
        for place, amounts in costs.items()
    ]
    conversion = [
        {"result": f"管理软件 V{n}.0", "year": str(years[1 + n % 3])} for n in range(1, 7)
    ]
    product = [
        {"name": "数据管理平台", "income": "1,980", "main": "是"},
        {"name": "技术服务", "income": "1,000", "main": "否"},
    ]
    lists = {"ip": ip, "activity": activity, "conversion": conversion, "product": product}
    return Draft(facts=facts, lists=lists)
