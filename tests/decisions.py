"""Small decisions written as folders of raw tables, for tests that need another decision than the default one."""

from pathlib import Path

EVIDENCE = "kind,source_id,known_from,owner"
ASSUMED = "assumption,,2024-01-01,analysts"


def write_tables(folder: Path, tables: dict[str, str]) -> Path:
    """Write each table as a CSV file; return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text.strip() + "\n", encoding="utf-8")
    return folder


def library_decision(options: int = 7) -> dict[str, str]:
    """How a university library should store its books: up to nine options, three areas, English names."""
    names = [chr(ord("p") + index) for index in range(options)]
    return {
        "decision": "title,organisation,question,as_of\nWhere to keep the books,City University,Which store should the library choose?,2024-06-01",
        "sources": "source_id,title,publisher,published,type,url\nquote,Quotation for shelving,Shelf Makers,2023-11-01,primary,\nsurvey,Reader survey,City University,2024-02-01,internal,",
        "options": "option_id,name,short_name,description,permanent,reference,full_use_event,kind,source_id,known_from,owner\n"
        + "\n".join(f"{n},Store {n.upper()},{n.upper()},A way to store books,{'no' if i == 1 else 'yes'},{'yes' if i == 0 else 'no'},open,{ASSUMED}" for i, n in enumerate(names)),
        "areas": f"area_id,name,level_0,level_100,low,likely,high,distribution,unit,{EVIDENCE}\n"
        f"access,Access,never found,at hand,20,40,60,pert,points,{ASSUMED}\ncare,Care of books,lost,kept,,30,,,points,{ASSUMED}\nquiet,Quiet,noise,silence,10,30,50,uniform,points,{ASSUMED}",
        "parameters": f"parameter_id,name,low,likely,high,distribution,unit,{EVIDENCE}\n"
        f"discount_rate,Discount rate,0.01,0.03,0.05,uniform,share,{ASSUMED}\nhorizon_years,Horizon,10,15,20,uniform,years,{ASSUMED}\nvalue_per_point,Value of a point,0.1,0.5,2,uniform,MSEK,{ASSUMED}",
        "timeline": f"option_id,event_id,name,after,low,likely,high,distribution,unit,{EVIDENCE}\n"
        f"*,decided,Decision,,3,6,12,pert,months,{ASSUMED}\n"
        + "\n".join(f"{n},open,Open,decided,{6 + i},{9 + 2 * i},{18 + 4 * i},triangular,months,{ASSUMED}" for i, n in enumerate(names)),
        "contracts": f"option_id,item_id,name,category,basis,from_event,to_event,profile,low,likely,high,distribution,unit,{EVIDENCE}\n"
        + "\n".join(
            f"{n},build,Building,Building,total,decided,open,ramp_up,{5 + 2 * i},{8 + 3 * i},{20 + 5 * i},pert,MSEK,judgement,quote,2024-01-01,Shelf Makers\n"
            f"{n},run,Running,Running,per_year,open,,level,{0.5 + i / 10},{1 + i / 10},{2 + i / 5},lognormal,MSEK,{ASSUMED}"
            for i, n in enumerate(names)
        )
        + f"\n*,old,Old store,Running,per_year,,open,level,1,2,3,normal,MSEK,{ASSUMED}",
        "levels": f"option_id,area_id,criterion_id,from_event,low,likely,high,distribution,unit,{EVIDENCE}\n"
        + "\n".join(f"*,{area},,,20,30,40,uniform,level,{ASSUMED}" for area in ("access", "care", "quiet"))
        + "\n"
        + "\n".join(f"{n},{area},,open,{30 + 4 * i + 3 * j},{50 + 4 * i - 2 * j},{70 + 4 * i},pert,level,judgement,survey,2024-03-01,City University" for i, n in enumerate(names) for j, area in enumerate(("access", "care", "quiet"))),
    }


def later_knowledge(tables: dict[str, str]) -> dict[str, str]:
    """The library's decision with what became known in July 2024: another option and area, with rows that knew of them."""
    later, early = "assumption,hearing,2024-07-01,analysts", "assumption,,2024-01-01,analysts"
    citing = "assumption,quote;hearing,2024-01-01,analysts"
    more = {
        "sources": "hearing,What readers said,City University,2024-07-01,primary,",
        "options": f"z,Store Z,Z,Another store,yes,no,open,{later}",
        "areas": f"light,Light,dark,bright,10,20,30,pert,points,{later}",
        "timeline": f"z,open,Open,decided,6,9,18,triangular,months,{early}",
        "contracts": f"z,build,Building,Building,total,decided,open,ramp_up,5,8,20,pert,MSEK,{early}\n"
        f"*,move,Moving,Moving,once,decided,,level,1,2,3,pert,MSEK,{citing}\n"
        f"*,move,Moving,Moving,once,decided,,level,2,3,4,pert,MSEK,{later}",
        "levels": f"*,light,,,20,30,40,uniform,level,{early}\n"
        + "\n".join(f"z,{area},,open,30,50,70,pert,level,{early}" for area in ("access", "care", "quiet")),
    }
    added = {name: f"{tables[name]}\n{rows}" for name, rows in more.items()}
    return tables | added | {
        "risks": f"option_id,risk_id,name,likely,unit,{EVIDENCE}\n*,fire,Fire,0.1,share,{later}",
        "investigations": f"investigation_id,name,resolves,variance_reduction,months,likely,unit,{EVIDENCE}\n"
        f"ask,Ask the readers,levels/z/*;levels/p/*,0.5,2,0.1,MSEK,{early}\nlook,Look at it,levels/z/*,0.5,2,0.1,MSEK,{early}",
        "spend": f"period_start,category,period_end,part_of,amount,{EVIDENCE}\n"
        f"2023-01-01,Shelves,2023-12-31,Furniture,1,fact,quote,2024-01-01,\n2023-01-01,Furniture,2023-12-31,,2,fact,hearing,2024-07-01,",
    }  # fmt: skip
